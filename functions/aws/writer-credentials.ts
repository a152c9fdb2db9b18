import { AssumeRoleCommand, type AssumeRoleCommandInput, type STSClient } from '@aws-sdk/client-sts';
import { RelayError } from '../errors.ts';
import type { Route } from '../route.ts';
import { sessionPolicy } from './session-policy.ts';

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

/**
 * Credentials of a route's writer role, confined to the route's bucket and prefix.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function writerCredentials(sts: STSClient, route: Route): () => Promise<SessionCredentials> {
  return async () => {
    return await assumeRole(sts, { ...writerSession(route), Policy: sessionPolicy(route) }).catch((error: unknown) => {
      throw assumeFailure(error, route);
    });
  };
}

/** What a session of the writer role is asked for with, but for the policy that confines it. */
export function writerSession(route: Route): AssumeRoleCommandInput {
  return {
    RoleArn: route.writerRoleArn,
    RoleSessionName: `upload-relay-${route.name}`.slice(0, SESSION_NAME_CHARACTERS),
    ExternalId: route.externalId,
    DurationSeconds: DURATION_SECONDS,
  };
}

export async function assumeRole(sts: STSClient, input: AssumeRoleCommandInput): Promise<SessionCredentials> {
  const { Credentials } = await sts.send(new AssumeRoleCommand(input));
  return {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
    expiration: Credentials!.Expiration!,
  };
}

function assumeFailure(error: unknown, route: Route): RelayError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const denied = name === 'AccessDenied';
  return new RelayError({
    code: denied ? 'AssumeRoleDenied' : 'TransferFailed',
    message: denied
      ? `Route "${route.name}" may not assume ${route.writerRoleArn} (${message}). Its trust policy in account ${route.destination.account} must name this relay's role and external id.`
      : `AssumeRole on ${route.writerRoleArn} failed (${name}: ${message}). It will be tried again.`,
    retryable: !denied,
    operation: 'AssumeRole',
    cause: error,
  });
}
