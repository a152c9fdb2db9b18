import { awaitedUntil } from '../aws/role-refusal.ts';
import type { RouteRole } from '../aws/route-role.ts';
import { writerRole } from '../aws/route-role.ts';
import { sessionPolicy } from '../aws/session-policy.ts';
import type { Route } from '../core/route.ts';
import { rowOf } from '../failures/classify.ts';
import { type Attempt, attempt, describe, type ErrorFacts, isRefusal } from './attempt.ts';
import type { Check, Identity } from './context.ts';
import { atDestination, atSource } from './explain-write.ts';
import { isRecreated } from './identity.ts';
import { awaited, type Finding, failed, ok, type Remedy, skipped } from './line.ts';
import { assumeStatement, trustStatement } from './statements.ts';

export async function canBecomeWriter({ config, clients }: Check, route: Route, identity: Identity): Promise<Finding> {
  const assumed = await attempt(clients.assume(route, { Policy: sessionPolicy(route) }));
  const role = writerRole(route);
  if (assumed.kind === 'done') return letIn({ clients }, role);
  return refusedBy({ config, clients }, role, assumed.error, remedyFor(assumed.error, route, identity, config));
}

/** Has it noted, so that a later refusal is no longer taken for a role that isn't there yet. */
export async function letIn({ clients }: Pick<Check, 'clients'>, role: RouteRole): Promise<Finding> {
  // Noted by the next check or delivery otherwise.
  await clients.roles.noteAssumed(role).catch(() => undefined);
  return ok(role.roleArn);
}

/** A role that never let this relay in, and for which there is time yet, is no mistake: uploads wait for it as well. */
export async function refusedBy(
  { config, clients }: Pick<Check, 'config' | 'clients'>,
  role: RouteRole,
  error: ErrorFacts,
  remedy: Remedy,
): Promise<Finding> {
  const facts = isRefusal(error) ? await clients.roles.lookUp(role).catch(() => undefined) : undefined;
  const until = facts && awaitedUntil(facts, { ...config, now: new Date() });
  if (!until) return failed(describe(error), remedy);
  const time = facts.refusedAt ?? facts.assumedAt;
  const limit = time
    ? `uploads wait for it until ${until.toISOString()}`
    : `uploads would wait ${config.awaitRoleHours} h`;
  return awaited(`not there yet, ${limit} (${describe(error)})`, remedy);
}

/** A trust without the external id would let the relay be used on behalf of somebody else: the confused deputy. */
export async function externalIdIsDemanded({ clients }: Check, route: Route, identity: Identity): Promise<Finding> {
  const assumed = await attempt(clients.assume(route, { ExternalId: wrongId(route.externalId) }));
  return wrongIdMustBeRefused(assumed, route.writerRoleArn, (change) =>
    atDestination(route, change, trustStatement(route, identity.roleArn)),
  );
}

/** @param remedy what to do about the role's trust policy */
export function wrongIdMustBeRefused(assumed: Attempt, roleArn: string, remedy: (change: string) => Remedy): Finding {
  if (assumed.kind === 'failed') return isRefusal(assumed.error) ? ok('refused') : skipped(describe(assumed.error));
  const change = `The trust policy of ${roleArn} does not ask for the external id: replace it by this statement.`;
  return failed('a wrong external id was let in', remedy(change));
}

/** An external id that nobody has agreed on: STS takes 1,224 characters. */
export function wrongId(externalId: string): string {
  return `not-${externalId}`.slice(0, 1224);
}

/** What to do about an error of STS that is not about rights, as the failure table has it. */
export function unlessDenied(error: ErrorFacts, sourceAccount: string): Remedy | undefined {
  const { code, advice } = rowOf(error, 'session');
  return code === 'AssumeRoleDenied' ? undefined : atSource(sourceAccount, advice);
}

/** STS tells nobody what a trust policy says, so this tells what it must say. */
function remedyFor(error: ErrorFacts, route: Route, identity: Identity, config: Check['config']): Remedy {
  const other = unlessDenied(error, config.sourceAccount);
  if (other) return other;
  if (/no identity-based policy allows/.test(error.message)) {
    const change = `Role ${identity.roleArn} may not assume the writer role: its policy needs this statement.`;
    return atSource(config.sourceAccount, change, assumeStatement(route.writerRoleArn));
  }
  const trust = trustStatement(route, identity.roleArn);
  if (isRecreated(config.deployedRoleId, identity)) {
    const change = `The relay's role was re-created since it was deployed: it was ${config.deployedRoleId} and is ${identity.roleId}. A trust policy that names the role as its principal still means the old one. Let ${route.writerRoleArn} trust the account, with the role's ARN as a condition.`;
    return atDestination(route, change, trust);
  }
  const change = `${route.writerRoleArn} does not exist or does not trust this relay. Most often the external ids differ: on this side it is "${route.externalId}". The role's trust policy must be this statement. (Less often this side's own role lacks sts:AssumeRole on it.)`;
  return atDestination(route, change, trust);
}
