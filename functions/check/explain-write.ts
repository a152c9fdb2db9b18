import { encryptStatement, putStatement } from '../aws/policies.ts';
import type { Route } from '../route.ts';
import { type ErrorFacts, isRefusal } from './attempt.ts';
import type { Remedy } from './line.ts';
import { keyStatement, NO_DEFAULT_RETENTION, OWNER_ENFORCED } from './statements.ts';

/** A write that failed, and what came of trying it in other ways. */
export interface FailedWrite {
  route: Route;
  sourceAccount: string;
  error: ErrorFacts;
  /** The same write by the role itself, without the relay's session policy. */
  byRoleItself: 'done' | 'failed';
  /** A write that stores nothing, into the bucket of that name whoever owns it. */
  byAnyOwner: 'allowed' | 'refused';
  /** Whether a write that asks for the ACL `bucket-owner-full-control` is refused for that ACL rather than as before. */
  aclIsDemanded: boolean;
}

type Row = { when: (write: FailedWrite) => boolean; remedy: (write: FailedWrite) => Remedy };

/** The first row that fits explains the failure, so narrow ones come first. */
const ROWS: readonly Row[] = [
  {
    when: ({ error }) => /object lock/i.test(error.message),
    remedy: ({ route }) =>
      atDestination(
        route,
        `Bucket ${route.destination.bucket} keeps each new version for a while (Object Lock with a default retention) and so takes no part without a checksum of its own; the relay streams parts and proves the whole object at the end. Take the rule off (aws s3api put-object-lock-configuration), and set retention afterwards, e.g. by S3 Batch Operations; or give the route another bucket. Objects up to 64 MiB are delivered either way.`,
        NO_DEFAULT_RETENTION,
      ),
  },
  {
    when: ({ error }) => error.name === 'NoSuchBucket',
    remedy: ({ route }) =>
      atDestination(
        route,
        `There is no bucket ${route.destination.bucket}. Deploy the destination stack, or correct destination.bucket in cdk.json on both sides.`,
      ),
  },
  {
    when: ({ error }) => ['PermanentRedirect', 'AuthorizationHeaderMalformed'].includes(error.name),
    remedy: ({ route, sourceAccount }) =>
      atSource(
        sourceAccount,
        `Bucket ${route.destination.bucket} is not in ${route.destination.region}: correct destination.region of route "${route.name}" in cdk.json.`,
      ),
  },
  {
    when: ({ error, byRoleItself }) => isRefusal(error) && byRoleItself === 'done',
    remedy: ({ route, sourceAccount, error }) => {
      return atSource(
        sourceAccount,
        `The writer role may do it, but the relay's own session policy, which is made from cdk.json, is narrower than what the bucket asks for. Set destination.kmsKeyArn of route "${route.name}" to the bucket's key and deploy the source stack; the session policy then has this statement.`,
        encryptStatement(route, keyOf(route, error)),
      );
    },
  },
  {
    when: ({ error }) => /kms/i.test(`${error.name} ${error.message}`),
    remedy: ({ route, error }) => {
      const keyArn = keyOf(route, error);
      return atDestination(
        route,
        `The writer role may not use the key that the bucket encrypts with. The first statement belongs into the policy of role ${route.writerRoleArn} (destination.kmsKeyArn in cdk.json writes it), the second into the key's own policy, unless that leaves everything to IAM.`,
        [encryptStatement(route, keyArn), keyStatement(route, keyArn)],
      );
    },
  },
  {
    when: ({ error, byAnyOwner }) => isRefusal(error) && byAnyOwner === 'allowed',
    remedy: otherOwner,
  },
  {
    when: ({ error, aclIsDemanded }) => isRefusal(error) && aclIsDemanded,
    remedy: ({ route }) =>
      atDestination(
        route,
        `The policy of bucket ${route.destination.bucket} demands an ACL on each write, and the relay sends none. Turn ACLs off (aws s3api put-bucket-ownership-controls), so that the bucket's owner owns every object anyway, and remove the Deny that asks for s3:x-amz-acl.`,
        OWNER_ENFORCED,
      ),
  },
  {
    when: ({ error }) => /explicit deny/.test(error.message),
    remedy: ({ route, error }) =>
      atDestination(
        route,
        `A Deny stands in the way (${policyIn(error)}): except the writer role from it, or from its condition. What the role needs is this.`,
        putStatement(route),
      ),
  },
  {
    when: ({ error }) => /because no .* allows/.test(error.message),
    remedy: ({ route, error }) =>
      atDestination(
        route,
        `Role ${route.writerRoleArn} may not put objects under "${route.destination.prefix}" (${policyIn(error)}). Let bucket and prefix be the same in both sides' cdk.json; the role's policy then has this statement.`,
        putStatement(route),
      ),
  },
  // S3 names the policy only within an account or an organization, so a bare "Access Denied" tells of another owner:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
  { when: ({ error }) => isRefusal(error), remedy: otherOwner },
];

/** Who must change what, so that a write gets through. Pure. */
export function explainWrite(write: FailedWrite): Remedy {
  const row = ROWS.find(({ when }) => when(write));
  if (row) return row.remedy(write);
  const { route } = write;
  return atDestination(
    route,
    `The bucket takes no objects at present. If it repeats, this is what the role must have.`,
    putStatement(route),
  );
}

function otherOwner({ route }: FailedWrite): Remedy {
  const { bucket, account } = route.destination;
  return atDestination(
    route,
    `Bucket ${bucket} does not seem to belong to account ${account}, and the relay writes to no other owner's. Bucket names are unique in the world: give the bucket another name in both sides' cdk.json and deploy it in account ${account}; or, if another account shall own it, set destination.account and make the writer role there, with this statement.`,
    putStatement(route),
  );
}

export function atDestination({ destination }: Route, change: string, statement?: unknown): Remedy {
  return { side: 'destination', account: destination.account, change, ...(statement !== undefined && { statement }) };
}

export function atSource(account: string, change: string, statement?: unknown): Remedy {
  return { side: 'source', account, change, ...(statement !== undefined && { statement }) };
}

/** The key that a refusal names, else the configured one. */
function keyOf({ destination }: Route, { message }: ErrorFacts): string {
  const named = /arn:[^:\s]+:kms:[^:\s]+:\d{12}:key\/[\w-]+/.exec(message)?.[0];
  return named ?? destination.kmsKeyArn ?? "the ARN of the bucket's KMS key";
}

function policyIn({ message }: ErrorFacts): string {
  return /(?:because no|with an explicit deny in an?) .*$/.exec(message)?.[0] ?? message;
}
