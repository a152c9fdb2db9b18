import { listOf, matchesAction, matchesArn, type PolicyDocument, type Statement } from '../../emulator/index.ts';
import type { AwsClients } from '../support/two-accounts.ts';
import { type Attempt, asked, type Tried } from './attempt.ts';
import { attemptsOf } from './attempts.ts';
import { type Check, isRefusal } from './check.ts';
import type { Place } from './places.ts';
import type { ProofWorld } from './proof-world.ts';
import { type Variation, variationsOf, WHOLE } from './variations.ts';

/** One line of the matrix. */
export interface Row {
  policy: string;
  statement: string;
  change: string;
  /** The check that fails without it, or the attempts that are refused no longer. */
  provedBy?: string;
  /** Why it isn't proved. */
  problem?: string;
}

/** What a role tried. */
export interface Refusal {
  role: string;
  action: string;
  /** Whether the role has the action on other things. */
  hasElsewhere: boolean;
  resource: string;
  problem?: string;
}

export interface Proof {
  rows: Row[];
  refusals: Refusal[];
  /** What makes the rest worthless: a check that fails with nothing taken away. */
  broken: string[];
}

export interface ProofOptions {
  checks: readonly Check[];
  /** Rows that another configuration has proved already, by `rowKey`. */
  proved?: ReadonlySet<string>;
  /** Whether whole statements are taken away only, and not their parts. */
  isBrief?: boolean;
  onRow?: (row: Row) => void;
}

const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
};

/** Takes one thing after another away from the policies of a running world and puts it back, and lets each role try what it may not. */
export async function prove(
  world: ProofWorld,
  { checks, proved = new Set(), isBrief = false, onRow }: ProofOptions,
): Promise<Proof> {
  const proof: Proof = { rows: [], refusals: [], broken: await failing(world, checks) };
  const roles = rolesOf(world.places);
  for (const { arn, documents } of roles) proof.refusals.push(...(await refusalsOf(world, arn, documents)));
  for (const place of world.places) {
    for (const variation of variationsOf(place.document, place.kind)) {
      const { statement, change } = variation;
      const row: Row = { policy: place.name, statement, change };
      if (proved.has(rowKey(row)) || (isBrief && change !== WHOLE)) continue;
      place.replace(variation.document);
      const outcome = variation.widens
        ? await reach(world, place, variation.widens, roles)
        : await missed(world, place, variation, checks);
      place.replace(place.document);
      proof.rows.push({ ...row, ...outcome });
      onRow?.({ ...row, ...outcome });
    }
  }
  // What was put back must hold again: otherwise a later row may have failed for an earlier one's sake.
  proof.broken.push(...(await failing(world, checks)));
  return proof;
}

export function rowKey({ policy, statement, change }: Row): string {
  return [policy, statement, change].join(' | ');
}

type Outcome = Pick<Row, 'provedBy' | 'problem'>;

async function missed(
  world: ProofWorld,
  place: Place,
  { statement }: Variation,
  checks: readonly Check[],
): Promise<Outcome> {
  const guards = guardsOf(world, place, statement, checks);
  if (guards.length === 0) return { problem: 'no check guards this statement: write one in test/iam/checks.ts' };
  for (const check of guards) if (!(await holds(check, world, place))) return { provedBy: check.name };
  return { problem: `nobody misses it: ${guards.map(({ name }) => `“${name}”`).join(', ')} still hold` };
}

/** Every action must get somewhere where it was refused before. */
async function reach(world: ProofWorld, place: Place, actions: string[], roles: RolePolicies[]): Promise<Outcome> {
  const { documents } = roles.find(({ arn }) => arn === place.holder)!;
  const tried = triedBy(world, place.holder);
  const reached: string[] = [];
  for (const action of actions) {
    const attempts = beyond(attemptsFor(world, tried.account, action), documents);
    let to: string | undefined;
    for (const attempt of attempts) if (to === undefined && !(await refuses(attempt, tried))) to = attempt.resource;
    if (to === undefined) return { problem: `${action} reaches nothing more: the limit isn't what holds it back` };
    reached.push(`${action} on ${to}`);
  }
  return { provedBy: `${reached.join(', ')}: no longer refused` };
}

/** What no statement of a role names is refused, and would not be if the role might do everything. */
async function refusalsOf(world: ProofWorld, arn: string, documents: PolicyDocument[]): Promise<Refusal[]> {
  const tried = triedBy(world, arn);
  const attempts = beyond(attemptsOf(world, tried.account), documents);
  const refusals: Refusal[] = [];
  for (const attempt of attempts) {
    const refused = await refuses(attempt, tried);
    const { action, resource } = attempt;
    refusals.push({
      role: roleName(arn),
      action,
      resource,
      hasElsewhere: allowsOf(documents).some((statement) => names(statement, action)),
      ...(!refused && { problem: 'it was not refused' }),
    });
  }
  const { directory } = world.cloud;
  directory.putRolePolicy(arn, { name: 'everything', document: EVERYTHING });
  for (const [index, attempt] of attempts.entries()) {
    // Another account's things have a say of their own.
    if (attempt.account !== undefined && attempt.account !== tried.account) continue;
    if (await refuses(attempt, tried)) refusals[index]!.problem ??= 'it is refused even to one who may do everything';
  }
  directory.removeRolePolicy(arn, 'everything');
  return refusals;
}

async function refuses(attempt: Attempt, tried: Tried): Promise<boolean> {
  try {
    await attempt.run(tried);
    return false;
  } catch (error) {
    return isRefusal(error);
  }
}

/** The attempts that no statement of the role speaks of. */
function beyond(attempts: Attempt[], documents: PolicyDocument[]): Attempt[] {
  const allows = allowsOf(documents);
  return attempts.filter(({ action, resource }) =>
    allows.every(
      (statement) =>
        !names(statement, action) ||
        !listOf(statement.Resource).some((pattern) => matchesArn(pattern, resource, new Map()) === true),
    ),
  );
}

function allowsOf(documents: PolicyDocument[]): Statement[] {
  return documents.flatMap(({ Statement }) => listOf(Statement)).filter(({ Effect }) => Effect === 'Allow');
}

function names({ Action }: Statement, action: string): boolean {
  return listOf(Action).some((pattern) => matchesAction(pattern, action));
}

/** An action that nobody has written an attempt for is asked of IAM, on something that nobody has heard of. */
function attemptsFor(world: ProofWorld, account: string, action: string): Attempt[] {
  const known = attemptsOf(world, account).filter((attempt) => attempt.action === action);
  if (known.length > 0) return known;
  return [asked(action, `arn:aws:${action.split(':')[0]}:us-east-1:${account}:nobody/has-heard-of-it`, account)];
}

interface RolePolicies {
  arn: string;
  documents: PolicyDocument[];
}

function rolesOf(places: Place[]): RolePolicies[] {
  const identity = places.filter(({ kind }) => kind === 'identity');
  const byRole = Map.groupBy(identity, ({ holder }) => holder);
  return [...byRole].map(([arn, policies]) => ({ arn, documents: policies.map(({ document }) => document) }));
}

function triedBy(world: ProofWorld, roleArn: string): Tried {
  const { directory } = world.cloud;
  const role = directory.findRoleByArn(roleArn)!;
  const session = directory.issueSession({ role, sessionName: 'attempt', durationSeconds: 3600 });
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  const clients: AwsClients = world.as({ accessKeyId, secretAccessKey, sessionToken });
  const caller = { principal: directory.findAccessKey(accessKeyId)!.principal, context: {} };
  return { clients, caller, account: role.account, world };
}

function roleName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function guardsOf(world: ProofWorld, place: Place, statement: string, checks: readonly Check[]): Check[] {
  const applies = (check: Check) => check.applies?.(world) ?? true;
  return checks.filter((check) => check.guards.test(`${place.name}: ${statement}`) && applies(check));
}

async function failing(world: ProofWorld, checks: readonly Check[]): Promise<string[]> {
  const failed: string[] = [];
  for (const place of world.places) {
    const labels = variationsOf(place.document, place.kind).map(({ statement }) => statement);
    const guards = new Set(labels.flatMap((label) => guardsOf(world, place, label, checks)));
    for (const check of guards) if (!(await holds(check, world, place))) failed.push(`${place.name}: ${check.name}`);
  }
  return failed;
}

async function holds(check: Check, world: ProofWorld, place: Place): Promise<boolean> {
  return check.holds(world, place).catch(() => false);
}
