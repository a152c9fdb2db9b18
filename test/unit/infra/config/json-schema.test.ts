/** What editors know of cdk.json is what the synth knows, and what the documentation says. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { jsonSchemas } from '../../../../infra/config/json-schema.ts';
import { contextSchema } from '../../../../infra/config/schema.ts';
import { EXAMPLES } from '../../../deploys/examples.ts';
import { committedContext } from '../../../support/stacks.ts';

const ROOT = new URL('../../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

interface JsonField {
  type?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, JsonField>;
  items?: JsonField;
  anyOf?: JsonField[];
}

const relaySchema = jsonSchemas()['relay.schema.json'] as JsonField;
const asEditors = z.fromJSONSchema(relaySchema as never);

describe('npm run schema', () => {
  test.each(Object.entries(jsonSchemas()))('has written docs/%s as it is now', (name, schema) => {
    expect(JSON.parse(read(`docs/${name}`))).toEqual(schema);
  });

  test('cdk.json leads editors to it', () => {
    const { $schema, context } = JSON.parse(read('cdk.json'));
    const whole = JSON.parse(read($schema));
    expect(whole.properties.context.properties.relay.$ref).toBe('relay.schema.json');
    expect(asEditors.safeParse(context.relay).error).toBeUndefined();
  });
});

describe('an editor takes', () => {
  test.each(EXAMPLES.flatMap(({ name, relays }) => relays.map((relay) => [name, relay])))('%s', (_, relay) => {
    expect(asEditors.safeParse(relay).error).toBeUndefined();
  });

  test('a file that names the schema', () => {
    expect(asEditors.safeParse({ ...committedContext(), $schema: 'docs/relay.schema.json' }).success).toBe(true);
  });
});

describe('an editor marks', () => {
  test.each<[string, unknown]>([
    ['source.account', 111111111111],
    ['source.account', '1111'],
    ['source.acount', '111111111111'],
    ['source.account', undefined],
    ['source.region', 'Virginia'],
    ['source.bucket', 'Has_Capitals'],
    ['source.relayRoleName', 'a/b'],
    ['source.kmsKeyArn', 'alias/mine'],
    ['source.versioned', 'true'],
    ['routes', []],
    ['routes', { main: {} }],
    ['routes.0.name', 'has spaces'],
    ['routes.0.externalId', null],
    ['routes.0.storageClass', 'COLD'],
    ['routes.0.storageClass', { STANDARD: 'COLD' }],
    ['routes.0.destination.prefix', 'in/*'],
    ['routes.0.destination', undefined],
    ['relay', { memoryMiB: 255 }],
    ['relay', { batchSize: 1.5 }],
    ['relay', { events: 'some' }],
    ['relay', { logRetentionDays: 31 }],
    ['relay', { alarmEmail: 'on call' }],
    ['relay', { replays: [{ name: 'a' }] }],
    ['relay', { replays: [{ name: 'a', schedule: 'every night' }] }],
    ['relay', { reconciliation: true }],
    ['relay', { reconciliation: { since: 'last year' } }],
    ['relay', { audit: { prefix: 'reports' } }],
    ['relay', { unknown: 1 }],
  ])('%s: %j', (path, value) => {
    const context = committedContext();
    const keys = path.split('.');
    const last = keys.pop()!;
    const parent = keys.reduce((at, key) => at[key as never], context as object);
    Object.assign(parent, { [last]: value });
    expect(asEditors.safeParse(JSON.parse(JSON.stringify(context))).success).toBe(false);
    expect(contextSchema.safeParse(context).success).toBe(false);
  });
});

/** A field with what stands about it in a table of the documentation. */
interface Row {
  default: string;
  meaning: string;
}

/** The page with the fields of an object, and the first words of the table's first row. */
const TABLES: Record<string, [page: string, section: string]> = {
  source: ['docs/configuration.md', '## `source`'],
  routes: ['docs/configuration.md', '## `routes`'],
  'routes.pull': ['docs/pull.md', '## What each team'],
  relay: ['docs/configuration.md', '## `relay`'],
  'relay.audit': ['docs/configuration.md', '### `relay.audit`'],
  'relay.replays': ['docs/configuration.md', '### `relay.replays`'],
  'relay.reconciliation': ['docs/configuration.md', '### `relay.reconciliation`'],
};

/** By path from `context.relay` on, lists without their index. */
function fieldsWithin(field: JsonField, path = ''): [path: string, field: JsonField][] {
  const object = field.anyOf?.find(({ properties }) => properties) ?? field.items ?? field;
  return Object.entries(object.properties ?? {}).flatMap(([name, each]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return [[at, each] as [string, JsonField], ...fieldsWithin(each, at)];
  });
}

function rowsOf(object: string): Map<string, Row> {
  const [page, section] = TABLES[object]!;
  const text = read(page);
  const table = text.slice(text.indexOf(section)).split('\n').slice(1);
  const end = table.findIndex((line) => /^##/.test(line));
  const rows = table.slice(0, end === -1 ? undefined : end).filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((row) => {
      const [, names, byDefault, meaning] = row.split('|').map((cell) => cell.trim());
      return [`${object}.${names!.replaceAll('`', '')}`, { default: byDefault!, meaning: plain(meaning!) }];
    }),
  );
}

/** Without links, marks and what refers to other places, which editors can't show. */
function plain(meaning: string): string {
  return meaning
    .replace(/; see .*$/, '')
    .replace(/\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/`/g, '');
}

const fields = fieldsWithin(relaySchema).filter(([path]) => path !== '$schema');
const documented = new Map(Object.keys(TABLES).flatMap((object) => [...rowsOf(object)]));
const isGroup = ([path]: [string, JsonField]) => ['source', 'routes', 'relay'].includes(path);

test.each(fields.filter((each) => !isGroup(each)))(
  '%s is documented with the same words and default',
  (path, field) => {
    const row = documented.get(path);
    expect(row?.meaning).toBe(field.description);
    const byDefault = field.default;
    if (byDefault === undefined || typeof byDefault === 'object' || byDefault === '') return;
    expect(row!.default.replaceAll('`', '').replace('5 GiB', String(5 * 1024 ** 3))).toBe(String(byDefault));
  },
);

test('nothing else is documented', () => {
  expect([...documented.keys()].filter((path) => !fields.some(([each]) => each === path))).toEqual([]);
});

test('every object and every field has a description', () => {
  expect(fields.filter(([, { description = '' }]) => description.length < 10)).toEqual([]);
});
