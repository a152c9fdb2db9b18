/** STS over HTTP, and in process for services that assume a role. */
import { checkPartition } from '../../authorization/acceptance.ts';
import { nameOf } from '../../authorization/authorizer.ts';
import { parsePolicy } from '../../authorization/policy.ts';
import { type AccessRequest, ApiError, type ApiRequest, type Authorizer, type ContextKeys } from '../../core/api.ts';
import type { Credentials, ServiceAssumption } from '../../core/credentials.ts';
import { assumedRoleArn, partitionOfArn } from '../../core/partition.ts';
import type { PolicyDocument } from '../../core/policy-document.ts';
import { type QueryApi, QueryService } from '../../protocols/query.ts';
import type { XmlNode } from '../../protocols/xml.ts';
import { packedPolicySize } from './packed-policy.ts';
import { type AssumeRoleInput, readAssumeRole } from './parameters.ts';

/** A role assumed by a role: its session ends within the hour, whatever the role allows. */
const MAX_CHAINED_SECONDS = 3600;

export interface AssumableRole {
  account: string;
  name: string;
  arn: string;
  roleId: string;
  trust: PolicyDocument;
  maxSessionDurationSeconds: number;
}

/** What STS asks IAM. */
export interface RoleDirectory {
  findRoleByArn(arn: string): AssumableRole | undefined;
  issueSession(session: {
    role: AssumableRole;
    sessionName: string;
    durationSeconds: number;
    sessionPolicies?: PolicyDocument[];
  }): Credentials;
}

/** The Security Token Service in its query protocol: AssumeRole and GetCallerIdentity. */
export class StsService extends QueryService {
  readonly #directory: RoleDirectory;
  readonly #authorizer: Authorizer;
  protected readonly api: QueryApi = {
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    version: '2011-06-15',
    operations: {
      AssumeRole: (parameters, request) => this.#assumeRole(readAssumeRole(parameters), request),
      GetCallerIdentity: (_, request) => getCallerIdentity(request),
    },
  };

  constructor({ directory, authorizer }: { directory: RoleDirectory; authorizer: Authorizer }) {
    super();
    this.#directory = directory;
    this.#authorizer = authorizer;
  }

  /**
   * How an AWS service, such as Lambda, gets the credentials of the role it was given.
   * A role's longest session doesn't bind services: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html
   * @throws ApiError `AccessDenied` (403) when the role doesn't exist or its trust policy doesn't let the service in
   */
  assumeRoleAsService({
    roleArn,
    service,
    sessionName,
    durationSeconds,
    context = {},
  }: ServiceAssumption): Credentials {
    const caller: AccessRequest['caller'] = { principal: { kind: 'service', service }, context: {} };
    const role = this.#authorize(caller, roleArn, context);
    return this.#directory.issueSession({ role, sessionName, durationSeconds });
  }

  #assumeRole(input: AssumeRoleInput, { caller }: ApiRequest): XmlNode {
    if (caller.principal.kind === 'root') {
      throw new ApiError('AccessDenied', 403, 'Roles may not be assumed by root accounts.');
    }
    const { roleArn, sessionName, durationSeconds, externalId, policy } = input;
    const role = this.#authorize(caller, roleArn, {
      'sts:RoleSessionName': sessionName,
      ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
    });
    if (caller.principal.kind === 'session' && durationSeconds > MAX_CHAINED_SECONDS) {
      const problem =
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';
      throw new ApiError('ValidationError', 400, problem);
    }
    checkDuration(role, durationSeconds);
    const sessionPolicies: PolicyDocument[] = policy === undefined ? [] : [parsePolicy(policy, 'session policy')];
    for (const sessionPolicy of sessionPolicies) checkPartition(sessionPolicy, partitionOfArn(role.arn));
    const PackedPolicySize = policy === undefined ? undefined : packedPolicySize(policy);
    const credentials = this.#directory.issueSession({ role, sessionName, durationSeconds, sessionPolicies });
    return {
      AssumedRoleUser: {
        AssumedRoleId: `${role.roleId}:${sessionName}`,
        Arn: assumedRoleArn(role, sessionName),
      },
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: credentials.expiration.toISOString().replace(/\.\d+Z$/, 'Z'),
      },
      PackedPolicySize,
    };
  }

  /**
   * A role that doesn't exist answers like one that refuses: nobody learns names by trying. Those of another partition
   * don't exist (seen of GovCloud in corymhall/cdk-diff-action#70).
   */
  #authorize(caller: AccessRequest['caller'], roleArn: string, context: ContextKeys): AssumableRole {
    const { principal } = caller;
    const isElsewhere = 'arn' in principal && partitionOfArn(principal.arn) !== partitionOfArn(roleArn);
    const role = isElsewhere ? undefined : this.#directory.findRoleByArn(roleArn);
    this.#authorizer.authorize({
      caller,
      action: 'sts:AssumeRole',
      resource: roleArn,
      resourceAccount: roleArn.split(':')[4] ?? '',
      resourcePolicy: role?.trust,
      context,
    });
    if (!role) throw new Error(`The authorizer let a caller assume ${roleArn}, which doesn't exist`);
    return role;
  }
}

/** Needs no permission: whoever can sign may know who he is. */
function getCallerIdentity({ caller: { principal } }: ApiRequest): XmlNode {
  switch (principal.kind) {
    case 'root':
      return { Arn: nameOf(principal), UserId: principal.account, Account: principal.account };
    case 'user':
      return { Arn: principal.arn, UserId: principal.userId, Account: principal.account };
    case 'session':
      return { Arn: principal.arn, UserId: `${principal.roleId}:${principal.sessionName}`, Account: principal.account };
    default:
      throw new ApiError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
  }
}

function checkDuration({ maxSessionDurationSeconds }: AssumableRole, durationSeconds: number): void {
  if (durationSeconds <= maxSessionDurationSeconds) return;
  const problem = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  throw new ApiError('ValidationError', 400, problem);
}
