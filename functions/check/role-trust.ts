/** Checks that the roles of other accounts let the relay in, and nobody without the external id. */
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { Statement } from '../aws/policies.ts';
import { awaitedUntil } from '../aws/role-refusal.ts';
import { type RouteRole, readerRole, writerRole } from '../aws/route-role.ts';
import { readingPolicy, sessionPolicy } from '../aws/session-policy.ts';
import { assumeStatement, trustStatement } from '../aws/trust-policies.ts';
import type { Pulling, Route } from '../core/route.ts';
import { rowOf } from '../failures/classify.ts';
import { describe, type ErrorFacts } from '../failures/facts.ts';
import { attempt, isRefusal } from './attempt.ts';
import type { Check, Identity } from './context.ts';
import { atDestination, atSource, awaited, type Finding, failed, ok, type Remedy, skipped } from './line.ts';
import { isRecreated } from './relay-itself.ts';

/** A role of another account that the relay becomes. */
export interface CheckedRole {
  kind: 'writer' | 'reader';
  role: RouteRole;
  sessionPolicy: string;
  assume: (change: Partial<AssumeRoleCommandInput>) => Promise<void>;
  /** What its trust policy must say. */
  trust: Statement;
  /** What its own account must do. */
  remedy: (change: string, statement: Statement) => Remedy;
}

export function checkedWriter({ clients }: Check, route: Route, identity: Identity): CheckedRole {
  return {
    kind: 'writer',
    role: writerRole(route),
    sessionPolicy: sessionPolicy(route),
    assume: (change) => clients.assume(route, change),
    trust: trustStatement([identity.roleArn], route.externalId),
    remedy: (change, statement) => atDestination(route, change, statement),
  };
}

/** Replay assumes a reader role as well. */
export function checkedReader({ config, clients }: Check, route: Pulling, { roleArn }: Identity): CheckedRole {
  const { account, externalId } = route.pull;
  const roleArns = config.replayRoleArn === undefined ? [roleArn] : [roleArn, config.replayRoleArn];
  return {
    kind: 'reader',
    role: readerRole(route.name, route.pull),
    sessionPolicy: readingPolicy(route),
    assume: (change) => clients.assumeReader(route, change),
    trust: trustStatement(roleArns, externalId),
    remedy: (change, statement) => atSource(account, change, statement),
  };
}

/** A role that never let this relay in is awaited for some time, as uploads await it: that is no mistake yet. */
export async function letsRelayIn(check: Check, checked: CheckedRole, identity: Identity): Promise<Finding> {
  const { config, clients } = check;
  const { role } = checked;
  const assumed = await attempt(checked.assume({ Policy: checked.sessionPolicy }));
  if (assumed.kind === 'done') {
    // A later refusal is then a permanent failure. If the note fails, the next check or delivery makes it.
    await clients.roles.noteAssumed(role).catch(() => undefined);
    return ok(role.roleArn);
  }
  const { error } = assumed;
  const remedy = remedyFor(error, checked, identity, config);
  const facts = isRefusal(error) ? await clients.roles.lookUp(role).catch(() => undefined) : undefined;
  const until = facts && awaitedUntil(facts, { ...config, now: new Date() });
  if (!until) return failed(describe(error), remedy);
  const time = facts.refusedAt ?? facts.assumedAt;
  const limit = time
    ? `uploads wait for it until ${until.toISOString()}`
    : `uploads would wait ${config.awaitRoleHours} h`;
  return awaited(`not there yet, ${limit} (${describe(error)})`, remedy);
}

/** A role that trusts without the external id lets others use the relay for themselves: the confused deputy. */
export async function demandsExternalId({ role, assume, trust, remedy }: CheckedRole): Promise<Finding> {
  const assumed = await attempt(assume({ ExternalId: wrongId(role.externalId) }));
  if (assumed.kind === 'failed') return isRefusal(assumed.error) ? ok('refused') : skipped(describe(assumed.error));
  const change = `The trust policy of ${role.roleArn} does not ask for the external id: replace it by this statement.`;
  return failed('a wrong external id was let in', remedy(change, trust));
}

/** An external id that nobody has agreed on. STS takes 1,224 characters. */
function wrongId(externalId: string): string {
  return `not-${externalId}`.slice(0, 1224);
}

/** STS does not tell what a trust policy says, so the remedy shows what it must say. */
function remedyFor(error: ErrorFacts, checked: CheckedRole, identity: Identity, config: Check['config']): Remedy {
  const { code, advice } = rowOf(error, 'session');
  if (code !== 'AssumeRoleDenied') return atSource(config.sourceAccount, advice);
  const { kind, role, trust, remedy } = checked;
  if (/no identity-based policy allows/.test(error.message)) {
    const change = `Role ${identity.roleArn} may not assume the ${kind} role: its policy needs this statement.`;
    return atSource(config.sourceAccount, change, assumeStatement(role.roleArn));
  }
  if (isRecreated(config.deployedRoleId, identity)) {
    const change = `The relay's role was re-created since it was deployed: it was ${config.deployedRoleId} and is ${identity.roleId}. A trust policy that names the role as its principal still means the old one. Let ${role.roleArn} trust the account, with the role's ARN as a condition.`;
    return remedy(change, trust);
  }
  const change = `${role.roleArn} does not exist or does not trust this relay. Most often the external ids differ: on the relay's side it is "${role.externalId}". The role's trust policy must be this statement. (Less often the relay's own role lacks sts:AssumeRole on it.)`;
  return remedy(change, trust);
}
