/** Log lines as `npm run try -- logs` and `watch` show them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EVENTS, happeningOf, textOf } from '../../../cli/happening.ts';
import { entryOf } from '../../../cli/log-text.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';

const AT = '2026-01-15T09:30:00.123Z';
const line = (text: string | object) => ({
  function: 'upload-relay',
  at: AT,
  text: typeof text === 'string' ? text : JSON.stringify(text),
});
const logged = (message: string, facts: object) =>
  line({ level: 'INFO', message, timestamp: AT, service: 'upload-relay', function_request_id: 'x', ...facts });
const shown = (message: string, facts: object) => textOf(happeningOf(entryOf(logged(message, facts))!));

test.each([
  'START RequestId: 1 Version: $LATEST',
  'REPORT RequestId: 1\tDuration: 17.80 ms',
  '{"time":"2026-01-15T09:30:00Z","type":"platform.report","record":{}}',
  '{"_aws":{"Timestamp":1},"ObjectsDelivered":1}',
])('%s is for machines', (text) => expect(entryOf(line(text))).toBeUndefined());

test('what is no JSON is shown as it stands', () => {
  expect(entryOf(line('Error: out of memory'))).toMatchObject({ message: 'Error: out of memory', level: '' });
});

test('a function that writes into the group of another is told by its own name', () => {
  expect(entryOf(logged('checked', { service: 'upload-relay-check' }))).toMatchObject({
    function: 'upload-relay-check',
  });
  expect(entryOf(logged('x', { function_name: 'upload-relay-replay' }))).toMatchObject({
    function: 'upload-relay-replay',
  });
});

const failure = { code: 'SourceDenied', message: 'HEAD failed', source: 's3://bucket/a b' };

test.each<[string, object, string]>([
  ['relayed', { route: 'main', key: 'a', durationMs: 12 }, '09:30:00.123  delivered    a  along main  in 12 ms'],
  [
    'not relayed, sent to the dead-letter queue',
    { sources: ['s3://bucket/a', 's3://bucket/b/c'], failure },
    '09:30:00.123  failed       a  b/c  SourceDenied: HEAD failed',
  ],
  ['will be tried again in place', { failure }, '09:30:00.123  tried again  a b  SourceDenied: HEAD failed'],
  [
    'handed back to the queue',
    { source: 's3://bucket/a', reason: 'NotBegun' },
    '09:30:00.123  waits        a  NotBegun',
  ],
  ['scanned', { totals: {} }, '09:30:00.123  scanned'],
  ['relayed', { key: 'a\u001b[2J' }, '09:30:00.123  delivered    a\\u001b[2J'],
])('%s %j', (message, facts, text) => expect(shown(message, facts)).toBe(text));

test('the tour shows what it prints', () => {
  const tour = readFileSync(join(REPOSITORY, 'docs/tour.md'), 'utf8');
  const again = { code: 'Throttled', message: '…', source: 's3://bucket/second.txt' };
  for (const line of [
    shown('relayed', { route: 'main', key: 'first.txt', durationMs: 41 }),
    shown('will be tried again in place', { failure: again }).replace('00.123', '07.456'),
  ]) {
    expect(tour).toContain(`\n${line}\n`);
  }
});

test('each message that has an event is one that a function writes', () => {
  const folder = join(REPOSITORY, 'functions');
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
  const code = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  for (const message of Object.keys(EVENTS)) expect(code).toContain(`'${message}'`);
});
