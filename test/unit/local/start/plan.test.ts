/** What is said of files before anything starts. */
import { expect, test } from 'vitest';
import { UserError } from '../../../../cli/terminal/user-error.ts';
import { planOf } from '../../../../local/start/plan.ts';
import { aRoute } from '../../../support/relay.ts';

const routes = [aRoute()];
const [{ destination, name }] = routes as [(typeof routes)[number]];
const room = 1024 - destination.prefix.length;

const plan = (keys: string[], of = routes) =>
  planOf(
    { drops: keys.map((key) => ({ key, path: `/${key}`, sizeBytes: 1, diskBytes: 1 })), skipped: [] },
    { bucket: 'source', routes: of },
  );

test('a key may be as long as S3 takes it behind the prefix', () => {
  expect(plan(['k'.repeat(room), '日'.repeat(Math.floor(room / 3))]).deliveries).toHaveLength(2);
});

test.each([
  ['the key', 'k'.repeat(1025), '1,025 bytes, and S3 takes 1,024:'],
  [
    'behind the prefix',
    'k'.repeat(room + 1),
    `1,025 bytes, with the prefix "${destination.prefix}", and S3 takes 1,024:`,
  ],
  ['in bytes', '日'.repeat(342), '1,026 bytes, and S3 takes 1,024:'],
])('too long: %s', (_, key, words) => {
  expect(() => plan(['a', key])).toThrow(UserError);
  expect(() => plan(['a', key])).toThrow(`would have ${words} name a folder further down, or shorter ones.`);
});

test('all that are too long are counted', () => {
  const keys = ['a', 'b', 'c'].map((letter) => letter.repeat(1025));
  expect(() => plan(keys)).toThrow('S3 takes 1,024, and so would 2 more: name');
});

test('what no route takes is left out, and a mistake if there is nothing else', () => {
  const picky = aRoute({ filter: { prefix: 'in/', suffix: '' } });
  expect(() => plan(['out/a'], [picky])).toThrow(
    new UserError('Nothing would be relayed: no route in cdk.json takes its key, e.g. /out/a.'),
  );
  expect(plan(['in/a', 'out/a', 'upload-relay-canary/x'], [picky])).toMatchObject({
    deliveries: [{ drop: { key: 'in/a' }, route: { name }, destinationKey: `${destination.prefix}in/a` }],
    skipped: [
      { path: '/out/a', reason: 'no route in cdk.json takes its key' },
      { path: '/upload-relay-canary/x', reason: 'such keys are the relay’s own' },
    ],
  });
});
