/** Decides whether a role that refuses the relay is waited for, or has failed for good. */
import { RelayError } from '../core/errors.ts';
import type { RoleFacts } from './role-history.ts';
import type { RouteRole } from './route-role.ts';

/** IAM's changes reach all of STS within minutes: a role that has just let the relay in may still refuse it elsewhere. */
const SETTLING_MS = 300_000;
const HOUR_MS = 3_600_000;
const LONGEST_PAUSE_SECONDS = 900;
/** The next pause is this share of the time waited so far, so pauses grow by half. */
const PAUSE_SHARE = 0.5;

export interface Patience {
  awaitRoleHours: number;
  /** The first pauses. */
  retryDelaySeconds: number;
  now: Date;
}

/**
 * Until when a role that refuses is waited for. The other account may deploy its side later, so a role that never let this relay
 * in is waited for. Pure.
 * @returns undefined when the relay does not wait, or no longer
 */
export function awaitedUntil(
  { assumedAt, refusedAt }: RoleFacts,
  { awaitRoleHours, now }: Pick<Patience, 'awaitRoleHours' | 'now'>,
): Date | undefined {
  const awaitedMs = awaitRoleHours * HOUR_MS;
  const until = assumedAt
    ? assumedAt.getTime() + Math.min(SETTLING_MS, awaitedMs)
    : (refusedAt ?? now).getTime() + awaitedMs;
  return until > now.getTime() ? new Date(until) : undefined;
}

/** What a refusal by STS means, depending on what is known of the role. Pure. */
export function refusalOf(role: RouteRole, error: Error, facts: RoleFacts, patience: Patience): RelayError {
  const until = awaitedUntil(facts, patience);
  return until ? awaited(role, error, facts, until, patience) : denied(role, error, facts);
}

function awaited(role: RouteRole, error: Error, facts: RoleFacts, until: Date, patience: Patience): RelayError {
  const { routeName, roleArn } = role;
  const account = accountOf(roleArn);
  const waitedMs = patience.now.getTime() - (facts.assumedAt ?? facts.refusedAt ?? patience.now).getTime();
  const pause = Math.max(patience.retryDelaySeconds, (waitedMs / 1000) * PAUSE_SHARE);
  const story = facts.assumedAt ? 'has only just begun to let this relay in' : 'has never let this relay in';
  return new RelayError({
    code: 'RoleAwaited',
    message: `Route "${routeName}" awaits account ${account}: its role ${roleArn} ${story} (${error.message}). Has account ${account} deployed its side yet? It is awaited until ${until.toISOString()}; after that, this is a permanent failure.`,
    retryable: true,
    retryAfterSeconds: Math.min(LONGEST_PAUSE_SECONDS, pause),
    operation: 'AssumeRole',
    cause: error,
  });
}

/** @param facts what is known of the role, if it is remembered */
export function denied({ routeName, roleArn }: RouteRole, error: Error, facts?: RoleFacts): RelayError {
  const account = accountOf(roleArn);
  const story =
    facts?.refusedAt && !facts.assumedAt
      ? ` It was awaited since ${facts.refusedAt.toISOString()}, and the time for that (relay.awaitRoleHours) is over.`
      : '';
  return new RelayError({
    code: 'AssumeRoleDenied',
    message: `Route "${routeName}" may not assume ${roleArn} (${error.message}).${story} Its trust policy in account ${account} must name this relay's role and external id.${facts ? '' : ` Has account ${account} deployed its side yet?`}`,
    retryable: false,
    operation: 'AssumeRole',
    cause: error,
  });
}

function accountOf(roleArn: string): string {
  return roleArn.split(':')[4]!;
}
