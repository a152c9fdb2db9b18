/** Runs all looks of a check, and names their lines. */
import type { Route } from '../core/route.ts';
import type { Check, Identity } from './context.ts';
import { askCanary, isAboutBucket } from './door.ts';
import { type CheckLine, type Finding, lineOf, skipped } from './line.ts';
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
    lineOf('who am I', finding),
    lineOf('the clocks agree', clocksAgree(check)),
    lineOf('the ledger is protected', ledgerIsProtected(check)),
  ];
  if (!identity) return lines;
  let isOwnGone = false;
  const own = ownBucket(check, identity);
  if (own) {
    const missing = await canTellMissing(own);
    lines.push(lineOf('a missing object is told apart', missing));
    lines.push(lineOf('the source can be read', missing.ends ? skipped(missing.ends) : await canRead(own)));
    isOwnGone = missing.ends !== undefined;
  }
  lines.push(...(await askCanary(check)).map((line) => (isOwnGone && isAboutBucket(line) ? notTried(line) : line)));
  const perRoute = await Promise.all(check.config.routes.map((route) => checkRoute(check, route, identity)));
  return [...lines, ...perRoute.flat()];
}

/** An earlier line says who must make the bucket. */
function notTried({ check, route, found }: CheckLine): CheckLine {
  return lineOf(check, skipped(found), route);
}

async function checkRoute(check: Check, route: Route, identity: Identity): Promise<CheckLine[]> {
  const lines: CheckLine[] = [];
  const add = (name: string, finding: Finding) => lines.push(lineOf(name, finding, route.name));
  for (const [name, finding] of await checkPull(check, route, identity)) add(name, finding);
  const writer = checkedWriter(check, route, identity);
  const session = await letsRelayIn(check, writer, identity);
  add('the writer role lets the relay in', session);
  let ends = session.status === 'ok' ? undefined : 'without a session of the writer role';
  for (const [name, look] of WRITES) {
    const finding = ends === undefined ? await look(check, route) : skipped(ends);
    add(name, finding);
    ends ??= finding.ends;
  }
  add('a wrong external id is refused', await demandsExternalId(writer));
  const isThere = session.status !== 'ok' || ends === undefined;
  add('the public is refused', isThere ? await publicIsForbidden(check, route) : skipped(ends!));
  return lines;
}
