/** Assumes a role of another account. */
import { AssumeRoleCommand, type AssumeRoleCommandInput, type STSClient } from '@aws-sdk/client-sts';
import type { RelayError } from '../core/errors.ts';
import { sessionFailure } from '../failures/classify.ts';
import { denied } from './role-refusal.ts';
import type { RoleWatch } from './role-watch.ts';
import type { RouteRole } from './route-role.ts';

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

/** The request for a session, without the policy that confines it. */
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
 * @param watch without it, a refusal is permanent
 * @throws RelayError as the rows of `failures/of-sessions.ts` say: `AssumeRoleDenied`, `SessionRefused`, `Throttled`, …; `RoleAwaited` for a role that does not exist yet
 */
export function roleCredentials(
  sts: STSClient,
  role: RouteRole,
  policy: string,
  watch?: RoleWatch,
): () => Promise<SessionCredentials> {
  return async () => {
    const credentials = await assumeRole(sts, { ...sessionOf(role), Policy: policy }).catch(async (error: unknown) => {
      throw await assumeFailure(error, role, watch);
    });
    await watch?.assumed(role);
    return credentials;
  };
}

async function assumeFailure(error: unknown, role: RouteRole, watch: RoleWatch | undefined): Promise<RelayError> {
  const failure = sessionFailure(error, role.routeName, role.roleArn);
  if (failure.code !== 'AssumeRoleDenied') return failure;
  return watch ? watch.refused(role, error as Error) : denied(role, error as Error);
}
