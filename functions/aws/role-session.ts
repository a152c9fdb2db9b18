import { AssumeRoleCommand, type AssumeRoleCommandInput, type STSClient } from '@aws-sdk/client-sts';
import { RelayError } from '../errors.ts';

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
 * @throws RelayError `AssumeRoleDenied`, or `TransferFailed` for what may pass
 */
export function roleCredentials(sts: STSClient, role: RouteRole, policy: string): () => Promise<SessionCredentials> {
  return () =>
    assumeRole(sts, { ...sessionOf(role), Policy: policy }).catch((error: unknown) => {
      throw assumeFailure(error, role);
    });
}

function assumeFailure(error: unknown, { routeName, roleArn }: RouteRole): RelayError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const denied = name === 'AccessDenied';
  return new RelayError({
    code: denied ? 'AssumeRoleDenied' : 'TransferFailed',
    message: denied
      ? `Route "${routeName}" may not assume ${roleArn} (${message}). Its trust policy in account ${accountOf(roleArn)} must name this relay's role and external id.`
      : `AssumeRole on ${roleArn} failed (${name}: ${message}). It will be tried again.`,
    retryable: !denied,
    operation: 'AssumeRole',
    cause: error,
  });
}

function accountOf(roleArn: string): string {
  return roleArn.split(':')[4]!;
}
