import { describe, expect, test } from 'vitest';
import { answerable, requireRoom } from '../../../../functions/doors/room.ts';
import type { Invocation } from '../../../../functions/invocation/invocation.ts';
import { aPull, aRoute } from '../../../support/relay.ts';

const ROUTES = [aRoute(), aRoute({ name: 'second' }), aRoute({ name: 'pulled', pull: aPull() })];
const keys = (count: number, length = 1) =>
  Array.from({ length: count }, (_, index) => `a/${index}`.padEnd(length, 'x'));

describe('how many keys one answer has room for', () => {
  test.each<[string, number, number, string | undefined, number]>([
    ['all that there are, if there are few', 3, 1, undefined, 3],
    ['fewer with two routes, since each has a receipt', 10_000, 1, undefined, 2_515],
    ['along one route', 10_000, 1, 'second', 5_038],
    ['along one that pulls', 10_000, 1, 'pulled', 5_038],
    ['fewer long ones', 10_000, 1_000, 'second', 1_199],
    ['none that fits, of a route that does not exist, is answered by its failure', 3, 1, 'nowhere', 3],
  ])('%s', (_, count, length, route, expected) => {
    const most = answerable({ keys: keys(count, length), route }, ROUTES);
    expect(Math.abs(most - expected)).toBeLessThanOrEqual(expected / 50);
  });
});

describe('what an invocation takes', () => {
  const invocation = (remainingMs: number) =>
    ({ config: { name: 'upload-relay', routes: ROUTES }, remainingMs: () => remainingMs }) as unknown as Invocation;

  test('one key is always taken', () => {
    expect(() => requireRoom(invocation(100), { keys: ['k'], route: undefined }, 10)).not.toThrow();
  });

  test('no more than it has time for', () => {
    const asked = { keys: keys(101), route: 'main' };
    expect(() => requireRoom(invocation(7_050), asked, 10)).not.toThrow();
    expect(() => requireRoom(invocation(7_000), asked, 10)).toThrow(
      expect.objectContaining({
        code: 'TooManyKeys',
        message: expect.stringMatching(
          /^Field "keys" has 101 different keys, and this invocation takes 100 of them .* 7 s are left\. .* with \{"prefix":"a\/","only":"all","route":"main"\}\.$/,
        ),
      }),
    );
  });

  test('keys that are no texts are counted, too', () => {
    const asked = { keys: [7, null, {}], route: undefined };
    expect(() => requireRoom(invocation(0), asked, 10)).toThrow('"prefix":""');
  });
});
