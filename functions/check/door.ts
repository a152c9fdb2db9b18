/** Looks at the door, from the bucket to the relay; the check asks the canary to. */
import { askCanaryStatement } from '../aws/door-policies.ts';
import { describe } from '../failures/facts.ts';
import { attempt } from './attempt.ts';
import { canariesCameAcross, OF_THE_CHECK, routesWithDoor } from './canary.ts';
import { sourceAndLedgerAgree } from './comparison.ts';
import type { Check } from './context.ts';
import { type Door, NO_SUCH_BUCKET } from './door-context.ts';
import { queueFeedsRelay, queueTakesUploads, relayMayRun } from './feeding.ts';
import { atSource, type CheckLine, type Finding, failed, skipped } from './line.ts';
import { bucketTells } from './notification.ts';
import { rulePassesOn } from './rule.ts';

/** What the check sends to the canary's function. */
export const LOOK_AT_DOOR = { look: 'door' } as const;

/** Reads everything that can be read, and changes nothing. */
export async function lookAtDoor(door: Door): Promise<CheckLine[]> {
  const { pattern, comparisonLogs } = door.config.door;
  const hasDoor = routesWithDoor(door).length > 0;
  const looks: [string, (() => Promise<Finding>) | undefined][] = [
    ['the bucket tells of uploads', hasDoor ? () => bucketTells(door) : undefined],
    ['the rule passes them on', pattern === undefined ? undefined : () => rulePassesOn(door, pattern)],
    ['the queue takes them', hasDoor ? () => queueTakesUploads(door) : undefined],
    ['the queue feeds the relay', () => queueFeedsRelay(door)],
    ['the relay may run', () => relayMayRun(door)],
    [
      'source and ledger agree',
      comparisonLogs === undefined ? undefined : () => sourceAndLedgerAgree(door, comparisonLogs),
    ],
  ];
  const lines = await Promise.all(
    looks.flatMap(([check, look]) => (look ? [look().then((finding): CheckLine => ({ check, ...finding }))] : [])),
  );
  return [...lines, ...linesOf('a canary comes across', await canariesCameAcross(door, OF_THE_CHECK))];
}

/** Whether a line fails because the bucket isn't there. */
export function isAboutBucket({ status, found }: CheckLine): boolean {
  return status === 'failed' && found.includes(NO_SUCH_BUCKET);
}

export function linesOf(check: string, findings: readonly [route: string, finding: Finding][]): CheckLine[] {
  return findings.map(([route, finding]) => ({ check, route, ...finding }));
}

/** The relay's role may not look at the door itself, so the check asks the canary. */
export async function askCanary({ config, clients }: Check): Promise<CheckLine[]> {
  const { door, sourceAccount } = config;
  if (!door) return [{ check: 'the door', ...skipped('relay.canary is off') }];
  const name = door.canaryFunction.split(':')[6];
  const body = JSON.stringify(LOOK_AT_DOOR);
  const path = `/2015-03-31/functions/${name}/invocations`;
  const headers = { 'content-type': 'application/json' };
  const asked = await attempt(clients.services(door)({ service: 'lambda', method: 'POST', path, headers, body }));
  if (asked.kind === 'done') return (asked.answer as { lines: CheckLine[] }).lines;
  const change = `The check could not ask function ${name} to look at the door: look into its log; the relay's role needs this statement.`;
  const remedy = atSource(sourceAccount, change, askCanaryStatement(door.canaryFunction));
  return [{ check: 'the door', ...failed(describe(asked.error), remedy) }];
}
