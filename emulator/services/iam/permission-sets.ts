/**
 * People who come by IAM Identity Center. There, an administrator gives a group a permission set in an account; Identity Center makes
 * a role of it in that account, and people get sessions of that role. Only what is seen of it in the account is here.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
import { createHash } from 'node:crypto';
import { parsePolicy } from '../../authorization/policy.ts';
import { ApiError } from '../../core/api.ts';
import type { Credentials } from '../../core/credentials.ts';
import type { Directory } from './state/directory.ts';
import type { Role } from './state/entities.ts';

export interface Assignment {
  account: string;
  /** Where Identity Center is at home. */
  region: string;
  /** The name of the permission set, up to 32 characters. */
  permissionSet: string;
  /** JSON, or what it stands for; as it was before, unless given. */
  inlinePolicy?: unknown;
  /** The person's name, which becomes the session's. */
  user: string;
  /** The permission set's session duration; an hour unless given. */
  durationSeconds?: number;
}

const SET_NAME = /^[\w+=,.@-]{1,32}$/;
const USER_NAME = /^[\w+=,.@-]{2,64}$/;
const INLINE_POLICY = 'AwsSSOInlinePolicy';
/** https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html */
const DURATION_SECONDS = { least: 3600, most: 43_200, byDefault: 3600 };

/** @throws ApiError `ValidationException` (400) naming what doesn't fit, `MalformedPolicyDocument` (400), `LimitExceeded` (409) */
export function signIn(directory: Directory, assignment: Assignment): Credentials {
  const { user: sessionName, permissionSet, durationSeconds = DURATION_SECONDS.byDefault, inlinePolicy } = assignment;
  require(SET_NAME.test(permissionSet), `The name of a permission set can't be ${permissionSet}.`);
  require(USER_NAME.test(sessionName), `The name of a session can't be ${sessionName}.`);
  const { least, most } = DURATION_SECONDS;
  const fits = durationSeconds >= least && durationSeconds <= most;
  require(fits, `The session duration of a permission set must be from ${least} to ${most} seconds, not ${durationSeconds}.`);
  const policy = inlinePolicy === undefined ? undefined : parsePolicy(inlinePolicy, `permission set ${permissionSet}`);
  const role = roleOf(directory, assignment);
  if (policy) directory.putPolicy(role, { name: INLINE_POLICY, document: policy });
  return directory.issueSession({ role, sessionName, durationSeconds });
}

/** `AWSReservedSSO_<set>_<id>`: the id is the same for the same set in the same account, and another one elsewhere. */
function roleOf(directory: Directory, { account, region, permissionSet }: Assignment): Role {
  const id = createHash('sha256').update(`${account} ${permissionSet}`).digest('hex').slice(0, 16);
  const name = `AWSReservedSSO_${permissionSet}_${id}`;
  const known = directory.findRole(account, name);
  if (known) return known;
  const provider = directory.iamArn(account, `saml-provider/AWSSSO_${id}_DO_NOT_DELETE`);
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
    },
  };
  return directory.addRole({
    account,
    name,
    // Identity Center in us-east-1 leaves its region out.
    path: `/aws-reserved/sso.amazonaws.com/${region === 'us-east-1' ? '' : `${region}/`}`,
    trust: parsePolicy(trust, `trust policy of ${name}`, 'trust'),
    maxSessionDurationSeconds: DURATION_SECONDS.most,
  });
}

function require(holds: boolean, problem: string): void {
  if (!holds) throw new ApiError('ValidationException', 400, problem);
}
