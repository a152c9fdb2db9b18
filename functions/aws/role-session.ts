import { AssumeRoleCommand, type AssumeRoleCommandInput, type STSClient } from '@aws-sdk/client-sts';
import { sessionFailure } from '../transfer/failures.ts';

/** A role assumed with a role's credentials lasts at most an hour: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html (role chaining) */
const DURATION_SECONDS = 3600;

const SESSION_NAME_CHARACTERS = 64;

export interface SessionCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** The SDK asks again before this moment, also in mid-transfer. */
  expiration: Date;
}

/** A role of another account that a route acts as. */
export interface RouteRole {
  routeName: string;
  roleArn: string;
  externalId: string;
}

/** What a session is asked for with, but for the policy that confines it. */
export function sessionOf({ routeName, roleArn, externalId }: RouteRole): AssumeRoleCommandInput {
  return {
    RoleArn: roleArn,
    RoleSessionName: `upload-relay-${routeName}`.slice(0, SESSION_NAME_CHARACTERS),
    ExternalId: externalId,
    DurationSeconds: DURATION_SECONDS,
  };
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export async function assumeRole(sts: STSClient, input: AssumeRoleCommandInput): Promise<SessionCredentials> {
  const { Credentials } = await sts.send(new AssumeRoleCommand(input));
  return {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
    expiration: Credentials!.Expiration!,
  };
}

/**
 * Credentials of a route's role, confined by a session policy. The SDK asks for them again before they expire.
 * @throws RelayError as the rows of `failure/of-sessions.ts` say: `AssumeRoleDenied`, `SessionRefused`, `Throttled`, …
 */
export function roleCredentials(sts: STSClient, role: RouteRole, policy: string): () => Promise<SessionCredentials> {
  return () =>
    assumeRole(sts, { ...sessionOf(role), Policy: policy }).catch((error: unknown) => {
      throw sessionFailure(error, role.routeName, role.roleArn);
    });
}
