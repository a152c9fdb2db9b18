/** Runs all looks of a check, and names their lines. */
import type { Route } from '../core/route.ts';
import type { Check, Identity } from './context.ts';
import { askCanary } from './door.ts';
import { type CheckLine, type Finding, skipped } from './line.ts';
import { checkPull } from './pulls.ts';
import {
  FORBIDDEN_REQUESTS,
  isForbidden,
  outsideIsForbidden,
  plainHttpIsForbidden,
  publicIsForbidden,
} from './refusals.ts';
import { clocksAgree, ledgerIsProtected, whoAmI } from './relay-itself.ts';
import { checkedWriter, demandsExternalId, letsRelayIn } from './role-trust.ts';
import { canRead, canTellMissing, ownBucket } from './source.ts';
import { partsArrive, smallObjectArrives, wrongChecksumIsRefused } from './writes.ts';

type Look = (check: Check, route: Route) => Promise<Finding>;

/** What must work comes first, then what must be refused. */
const WRITES: [string, Look][] = [
  ['a small object arrives', smallObjectArrives],
  ['a large object arrives in parts', partsArrive],
  ['a wrong checksum is refused', wrongChecksumIsRefused],
  ...FORBIDDEN_REQUESTS.map((request): [string, Look] => [
    `${request} is refused`,
    (check, route) => isForbidden(check, route, request),
  ]),
  ['PUT outside the prefix is refused', outsideIsForbidden],
  ['plain HTTP is refused', plainHttpIsForbidden],
];

/** Goes on after failures: one invocation tells everything that must be changed. */
export async function checkAll(check: Check): Promise<CheckLine[]> {
  const { finding, identity } = await whoAmI(check);
  const lines: CheckLine[] = [
    { check: 'who am I', ...finding },
    { check: 'the clocks agree', ...clocksAgree(check) },
    { check: 'the ledger is protected', ...ledgerIsProtected(check) },
  ];
  if (!identity) return lines;
  const own = ownBucket(check, identity);
  if (own) {
    lines.push({ check: 'a missing object is told apart', ...(await canTellMissing(own)) });
    lines.push({ check: 'the source can be read', ...(await canRead(own)) });
  }
  lines.push(...(await askCanary(check)));
  const perRoute = await Promise.all(check.config.routes.map((route) => checkRoute(check, route, identity)));
  return [...lines, ...perRoute.flat()];
}

async function checkRoute(check: Check, route: Route, identity: Identity): Promise<CheckLine[]> {
  const lines: CheckLine[] = [];
  const add = (name: string, finding: Finding) => lines.push({ check: name, route: route.name, ...finding });
  for (const [name, finding] of await checkPull(check, route, identity)) add(name, finding);
  const writer = checkedWriter(check, route, identity);
  const session = await letsRelayIn(check, writer, identity);
  add('the writer role lets the relay in', session);
  for (const [name, look] of WRITES) {
    add(name, session.status === 'ok' ? await look(check, route) : skipped('without a session of the writer role'));
  }
  add('a wrong external id is refused', await demandsExternalId(writer));
  add('the public is refused', await publicIsForbidden(check, route));
  return lines;
}
