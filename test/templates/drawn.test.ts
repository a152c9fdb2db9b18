/** Whatever somebody writes into cdk.json: there are stacks, or there is a sentence. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { ConfigError } from '../../infra/config/mistakes.ts';
import { contextSchema } from '../../infra/config/schema.ts';
import { entryOf, fieldsOf, isObject, type Schema } from '../../infra/config/schema-parts.ts';
import { checkLimits } from '../../infra/limits/limits.ts';
import { IS_SWEEP } from '../support/sweep.ts';
import { synthesized } from '../support/synthesized.ts';

/** Of a sweep. */
const HOUR_MS = 3_600_000;

const CONFIGURATIONS: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('configurations.json', import.meta.url), 'utf8'),
);
const NAMES = Object.keys(CONFIGURATIONS).filter((name) => !/\d\d-routes/.test(name));

/** Every field that the schema knows; a list stands for its first entry. */
function fieldPaths(schema: Schema, path: string[] = []): string[][] {
  const entry = entryOf(schema);
  if (entry !== undefined) return [path, ...fieldPaths(entry, [...path, '0'])];
  return [path, ...Object.entries(fieldsOf(schema)).flatMap(([name, field]) => fieldPaths(field, [...path, name]))];
}

const PATHS = fieldPaths(contextSchema).filter(({ length }) => length > 0);

/** What people and programs write where something else belongs. */
const texts = fc.constantFrom(
  ...[
    '',
    ' ',
    'true',
    '0',
    'null',
    'main',
    'MAIN',
    '/in/',
    'a//b',
    'in/',
    '*.csv',
    'in/*',
    'a\nb',
    '\u0000',
    '日本',
    '\ud800',
    '🚚',
  ],
  ...[
    '__proto__',
    'constructor',
    'x'.repeat(65),
    'x'.repeat(2000),
    '"'.repeat(400),
    'my..bucket',
    '192.168.5.4',
    'xn--a',
    'in-s3alias',
  ],
  ...['us-esat-1', 'us-east-1', 'eu-west-1', 'cn-north-1', 'us-north-1', 'mars-north-1', 'us-gov-west-1', 'aws-global'],
  ...[
    '111111111111',
    '222222222222',
    '333333333333',
    '12345678901',
    'upload-relay-source-111111111111',
    'reports',
    'audit/',
  ],
  ...[
    'rate(1 minute)',
    'rate(1 minutes)',
    'rate(0 days)',
    'cron(99 99 * * ? *)',
    'cron(0 0 31 2 ? *)',
    'cron(*/5 * * * ? *)',
  ],
  ...[
    'at(2026-13-45T25:61:61)',
    'at(2020-01-01T00:00:00)',
    'at(2199-12-31T23:59:59)',
    'Europe/Berlin',
    'europe/berlin',
    '2062-01-01',
  ],
  ...[
    'copy',
    'GLACIER',
    'all',
    'none',
    'missing',
    'a@example.com',
    'arn:aws:sns:us-east-1:111111111111:uploads',
    'unknown-region:us-north-1',
  ],
  ...[
    'arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111',
    'upload-relay-canary/',
    'upload-relay-replay',
  ],
);
const numbers = fc.constantFrom(
  0,
  -1,
  1,
  2,
  4,
  8,
  1.5,
  0.01,
  30,
  60,
  900,
  1000,
  10_240,
  67_108_864,
  1e21,
  1e308,
  123456789012,
  Number.POSITIVE_INFINITY,
);
const simple = fc.oneof(texts, texts, numbers, fc.boolean(), fc.constantFrom(null, [], {}));
const values = fc.oneof(
  { weight: 6, arbitrary: simple },
  { weight: 1, arbitrary: fc.array(simple, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      fc.constantFrom('bucket', 'name', 'schedule', 'id', 'STANDARD', '__proto__', 'x'),
      simple,
      { maxKeys: 3 },
    ),
  },
);

type Change = (config: unknown) => unknown;

/** At a path of the configuration; undefined takes the field away. What isn't there is made. */
function put([key, ...rest]: readonly string[], change: (old: unknown) => unknown): Change {
  return (at) => {
    if (key === undefined) return change(at);
    if (Array.isArray(at) || (at === undefined && key === '0')) {
      const [first, ...others] = (at ?? []) as unknown[];
      return [put(rest, change)(first), ...others];
    }
    const { [key]: old, ...others } = isObject(at) ? at : {};
    const now = put(rest, change)(old);
    return now === undefined ? others : { ...others, [key]: now };
  };
}

function valueAt(config: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isObject(at) || Array.isArray(at) ? at[key as never] : undefined), config);
}

/** Under a wrong name, as a typing error makes it. */
function misspelt(path: readonly string[]): Change {
  return (config) => {
    const last = path.at(-1)!;
    const value = valueAt(config, path);
    const wrong = put([...path.slice(0, -1), `${last.slice(1)}${last[0]}`], () => value);
    return wrong(put(path, () => undefined)(config));
  };
}

const paths = fc.constantFrom(...PATHS);
const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(paths, values).map(([path, value]) => put(path, () => value)) },
  { weight: 2, arbitrary: paths.map((path) => put(path, () => undefined)) },
  { weight: 2, arbitrary: paths.map(misspelt) },
  // An entry twice.
  { weight: 1, arbitrary: fc.constant(put(['routes'], (old) => (Array.isArray(old) ? [...old, ...old] : old))) },
);

const configurations = fc
  .tuple(fc.constantFrom(...NAMES), fc.array(changes, { minLength: 1, maxLength: 4 }))
  .map(([name, all]) => all.reduce((config, change) => change(config), structuredClone(CONFIGURATIONS[name])));

test('is accepted, or refused by sentences of one line each', { timeout: HOUR_MS }, () => {
  fc.assert(
    fc.property(configurations, (config) => {
      expect(outcomeOf(() => parseConfig(config))).toBe('fine');
    }),
    { numRuns: IS_SWEEP ? 20_000 : 1_000 },
  );
});

test('a field of a wrong type adds its own sentence, and none that blames another field', { timeout: HOUR_MS }, () => {
  fc.assert(
    fc.property(configurations, paths, (config, path) => {
      fc.pre(valueAt(config, path) !== undefined);
      const before = fieldsToldOf(config);
      // No field may be this.
      const after = fieldsToldOf(put(path, () => -0.5)(config));
      const own = path.join('.');
      expect(after.filter((field) => !before.includes(field) && !field.startsWith(own))).toEqual([]);
    }),
    { numRuns: IS_SWEEP ? 5_000 : 250 },
  );
});

test('what is accepted has templates, or a sentence about a limit', { timeout: HOUR_MS }, () => {
  let stacks = 0;
  fc.assert(
    fc.property(configurations.filter(isAccepted), (config) => {
      stacks++;
      expect(
        outcomeOf(() => {
          const { stacks, config: parsed } = synthesized(config);
          checkLimits(stacks, parsed);
        }),
      ).toBe('fine');
    }),
    { numRuns: IS_SWEEP ? 1_000 : 10 },
  );
  expect(stacks).toBeGreaterThan(0);
});

function isAccepted(config: unknown): boolean {
  return fieldsToldOf(config).length === 0;
}

function fieldsToldOf(config: unknown): string[] {
  try {
    parseConfig(config);
    return [];
  } catch (error) {
    return (error as ConfigError).mistakes.map(({ path }) => path.join('.'));
  }
}

/** `fine`, or what an engineer would see. */
function outcomeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ConfigError)) return (error as Error).stack!;
    const lines = error.message.split('\n');
    const odd =
      error.mistakes.length > 1 ? lines.slice(1).find((line) => !/^\d+\. field ".+[.?]$/.test(line)) : undefined;
    if (odd !== undefined) return odd;
    if (error.mistakes.length === 1 && !/^cdk\.json: field ".+[.?]$/.test(error.message)) return error.message;
  }
  return 'fine';
}
