/** A value of a wrong type, whatever the field: a sentence of our own. */
import { expect, test } from 'vitest';
import { parseConfig } from '../../../../infra/config/config.ts';
import type { ConfigError } from '../../../../infra/config/mistakes.ts';
import { contextSchema } from '../../../../infra/config/schema.ts';
import { definitionOf, entryOf, fieldsOf, type Schema, unwrapped } from '../../../../infra/config/schema-parts.ts';

interface Field {
  path: string[];
  /** What may stand there, by the schema's own names. */
  types: string[];
}

function fieldsWithin(schema: Schema, path: string[] = []): Field[] {
  const entry = entryOf(schema);
  const children = entry !== undefined ? { 0: entry } : fieldsOf(schema);
  return [
    { path, types: typesOf(schema) },
    ...Object.entries(children).flatMap(([name, field]) => fieldsWithin(field, [...path, name])),
  ];
}

function typesOf(schema: Schema): string[] {
  const { type, options } = definitionOf(unwrapped(schema));
  return options === undefined ? [type] : options.flatMap(typesOf);
}

const WRONG: [value: unknown, shown: string, fits: string[]][] = [
  [null, 'null', []],
  [-0.5, '-0.5', []],
  [Number.NaN, 'NaN', []],
  [Number.POSITIVE_INFINITY, 'Infinity', []],
  [true, 'true', ['boolean']],
  ['', '""', ['string']],
  ['true', '"true"', ['string']],
  ['12', '"12"', ['string']],
  [[], '[]', ['array']],
  [{}, '{}', ['object', 'record']],
  [[[]], '[[]]', ['array']],
];

/** Words that zod would choose. */
const NOT_OURS = /invalid|expected|received|unrecogni|too (small|big)|nan\b.*number|required|input|option/i;

const fields = fieldsWithin(contextSchema);

test('there are fields to try', () => expect(fields.length).toBeGreaterThan(80));

test.each(fields.map((field) => [['relay', ...field.path].join('.'), field] as const))(
  '%s',
  (name, { path, types }) => {
    for (const [value, shown, fits] of WRONG) {
      if (fits.some((type) => types.includes(type))) continue;
      const { sentence } = mistakesOf(withValue(path, value)).find(
        (mistake) => mistake.path.join('.') === path.join('.'),
      )!;
      expect(sentence).toContain(`field "${name}" is ${shown}: must be `);
      expect(sentence.slice(sentence.indexOf(': must be '))).not.toMatch(NOT_OURS);
    }
  },
);

/** A configuration with nothing but this. */
function withValue(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((within, key) => (key === '0' ? [within] : { [key]: within }), value);
}

function mistakesOf(config: unknown): ConfigError['mistakes'] {
  try {
    parseConfig(config);
  } catch (error) {
    return (error as ConfigError).mistakes;
  }
  return [];
}

test.each([
  ['a number that lost a zero', 12345678901, '; a number loses the zeros at its beginning: was it "012345678901"?'],
  ['a number', 111111111111, 'must be the 12 digits of an AWS account, in quotes.'],
  ['a list', ['111111111111'], 'must be the 12 digits of an AWS account, in quotes.'],
  ['dashes', '1111-1111-1111', 'must be the 12 digits of an AWS account, in quotes.'],
])('an account as %s', (_, account, sentence) => {
  expect(mistakesOf({ source: { account } })[0]!.sentence).toContain(sentence);
});

test.each([
  [{ canary: 'true' }, 'canary" is "true": must be true or false, without quotes.'],
  [{ canary: 'yes' }, 'canary" is "yes": must be true or false.'],
  [{ batchSize: '10' }, 'batchSize" is "10": must be a number, without quotes.'],
  [{ batchSize: 'ten' }, 'batchSize" is "ten": must be a number.'],
  [{ events: 'failure' }, 'events" is "failure": must be one of "all", "failures", "none"; did you mean "failures"?'],
  [{ replays: [{ lookBackHours: 0 }] }, 'lookBackHours" is 0: must be more than 0.'],
  [{ acknowledge: Array(1001).fill('x') }, 'acknowledge" is ["x","x",'],
  [{ acknowledge: Array(1001).fill('x') }, '…: must be at most 1,000 entries long.'],
  [{ reconciliation: 'off' }, 'reconciliation" is "off": must be false or an object.'],
  [{ name: 'x'.repeat(400) }, `name" is "${'x'.repeat(159)}…: must have at most 36 characters`],
])('%#', (relay, sentence) => {
  expect(mistakesOf({ relay }).map((each) => each.sentence)).toContainEqual(expect.stringContaining(sentence));
});
