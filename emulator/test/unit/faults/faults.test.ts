import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/random.ts';
import { BodyFaultStream } from '../../../faults/body-fault.ts';
import { type FaultRecord, Faults } from '../../../faults/faults.ts';
import { type Match, matches, type Rule, type Subject, type When } from '../../../faults/rule.ts';

const FAULT = { kind: 'error', status: 503, code: 'SlowDown' } as const;
const LATE = { kind: 'late-landing', ms: 1, answer: 'reset' } as const;
const GET: Subject = { service: 's3', operation: 'GetObject', account: '1', bucket: 'b', key: 'a/k', method: 'GET' };

const ruleOf = (when: When, name = 'rule', match: Match = {}): Rule => ({ name, match, when, fault: FAULT });

/** Which of so many equal requests a fault strikes, from 1. */
function struck(faults: Faults, requests: number, subject: Subject = GET): number[] {
  return Array.from({ length: requests }, (_, index) => index + 1).filter(() =>
    faults.decide('request', subject)?.claim(),
  );
}

test.each<[boolean, Match]>([
  [true, {}],
  [true, { service: 's3', operation: 'GetObject', account: '1', bucket: 'b', key: 'a/k', method: 'GET' }],
  [true, { operation: /^(Get|Head)Object$/, key: /^a\//g }],
  [false, { service: 'sqs' }],
  [false, { operation: 'Get' }],
  [false, { operation: /^Put/ }],
  [false, { account: '2' }],
  [false, { bucket: 'c' }],
  [false, { key: 'k' }],
  [false, { key: /^b\// }],
  [false, { method: 'PUT' }],
])('it is %s that GetObject of a/k is matched by %o', (expected, match) => {
  expect(matches(match, GET)).toBe(expected);
  expect(matches(match, GET)).toBe(expected);
});

test('what a request does not name is matched by no value', () => {
  expect(matches({ key: /.*/ }, { service: 'sqs' })).toBe(false);
});

test.each<[When, number[]]>([
  [{}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  [{ nth: 3 }, [3]],
  [{ nth: [1, 4] }, [1, 4]],
  [{ every: 4 }, [4, 8]],
  [{ every: 2, times: 3 }, [2, 4, 6]],
  [{ times: 1 }, [1]],
  [{ probability: 0 }, []],
  [{ probability: 1, every: 5 }, [5, 10]],
])('of ten requests %o strikes %o', (when, expected) => {
  const faults = new Faults({ seed: 1 });
  const rule = faults.add(ruleOf(when));
  expect(struck(faults, 10)).toEqual(expected);
  expect(rule.injected).toBe(expected.length);
  expect(faults.injected).toBe(expected.length);
});

describe('a seed', () => {
  const run = (seed: number, ...others: Rule[]) => {
    const faults = new Faults({ seed });
    for (const rule of others) faults.add(rule);
    faults.add(ruleOf({ probability: 0.05 }, 'mine'));
    return struck(faults, 1000);
  };

  test('repeats a run exactly', () => {
    expect(run(7)).toEqual(run(7));
    expect(run(7).length).toBeGreaterThan(25);
    expect(run(7).length).toBeLessThan(100);
  });

  test('makes another run than another seed', () => {
    expect(run(7)).not.toEqual(run(8));
  });

  test('gives each rule a stream of its own: another rule that matches the same requests changes nothing', () => {
    const inert = ruleOf({ probability: 0 }, 'inert');
    const elsewhere = ruleOf({ probability: 0.5 }, 'elsewhere', { service: 'sqs' });
    expect(run(7, inert, elsewhere)).toEqual(run(7));
  });

  test('draws evenly', () => {
    const random = new Random(1, 'even');
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 10_000; draw++) counts[random.integer(10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test('refuses to draw from nothing', () => {
    expect(() => new Random(1, 'nothing').integer(0)).toThrow(RangeError);
  });
});

test('of several rules that want to strike the first does, and the others think on', () => {
  const told: FaultRecord[] = [];
  const faults = new Faults({ seed: 1, onInjected: (record) => told.push(record) });
  const first = faults.add(ruleOf({ nth: 2 }, 'first'));
  const second = faults.add(ruleOf({ nth: [2, 3] }, 'second'));
  expect(struck(faults, 4)).toEqual([2, 3]);
  expect([first.injected, second.injected]).toEqual([1, 1]);
  expect(faults.log.map(({ rule, subject }) => [rule, subject.operation])).toEqual([
    ['first', 'GetObject'],
    ['second', 'GetObject'],
  ]);
  expect(told).toEqual(faults.log);
});

test('a removed rule strikes no more, and what it did still counts', () => {
  const faults = new Faults({ seed: 1 });
  const rule = faults.add(ruleOf({}));
  struck(faults, 2);
  rule.remove();
  expect(struck(faults, 2)).toEqual([]);
  faults.add(ruleOf({}));
  faults.clear();
  expect(struck(faults, 2)).toEqual([]);
  expect(faults.injected).toBe(2);
});

test.each<[string, Partial<Rule>]>([
  ['0 must be a whole number', { when: { nth: 0 } }],
  ['1.5 must be a whole number', { when: { every: 1.5 } }],
  ['probability 2', { when: { probability: 2 } }],
  ['200 is no status', { fault: { ...FAULT, status: 200 } }],
  ['atByte -1', { fault: { kind: 'reset', side: 'request', atByte: -1 } }],
  ["GetObject can't land late", { fault: LATE, match: { service: 's3', operation: 'GetObject' } }],
  ["CreateMultipartUpload can't land late", { fault: LATE, match: { service: 's3', operation: /MultipartUpload/ } }],
  ["can't land late", { fault: LATE, match: { service: 's3' } }],
  ['late-landing must be matched by service "s3"', { fault: LATE, match: { operation: 'PutObject' } }],
  ["redeliver can't be matched by operation", { fault: { kind: 'redeliver' }, match: { operation: 'GetObject' } }],
  ["error can't be matched by queue", { match: { queue: 'q' } }],
  ['already', { name: 'taken' }],
])('a rule that makes no sense is refused: %s', (reason, change) => {
  const faults = new Faults({ seed: 1 });
  faults.add(ruleOf({}, 'taken'));
  expect(() => faults.add({ ...ruleOf({}), ...change })).toThrow(reason);
});

describe('a fault in a body strikes at its byte, wherever the chunks end', () => {
  async function through(kind: 'truncate' | 'bit-flip', position: number, chunks: string[]): Promise<string> {
    const faults = new Faults({ seed: 1 });
    const fault =
      kind === 'truncate' ? { kind, atByte: position } : { kind, atByte: position, side: 'request' as const };
    faults.add({ name: 'body', match: {}, when: {}, fault });
    const injection = faults.decide('request', GET) as ConstructorParameters<typeof BodyFaultStream>[0]['injection'];
    const stream = new BodyFaultStream({ injection, position, resetConnection: () => {} });
    const text = (await buffer(Readable.from(chunks.map((chunk) => Buffer.from(chunk))).pipe(stream))).toString();
    return `${text} ${faults.injected}`;
  }

  test.each([
    [0, ' 1'],
    [2, 'ab 1'],
    [3, 'abc 1'],
    [5, 'abcde 1'],
    [6, 'abcdef 0'],
  ])('truncated at %i', async (position, expected) => {
    expect(await through('truncate', position, ['abc', 'd', 'ef'])).toBe(expected);
  });

  test.each([
    [0, '`bcdef 1'],
    [3, 'abceef 1'],
    [9, 'abcdef 0'],
  ])('a bit flipped at %i', async (position, expected) => {
    expect(await through('bit-flip', position, ['abc', 'd', 'ef'])).toBe(expected);
  });
});
