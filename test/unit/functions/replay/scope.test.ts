import { describe, expect, test } from 'vitest';
import { CANARY_PREFIX } from '../../../../functions/core/reserved-keys.ts';
import type { ListedObject } from '../../../../functions/replay/list-page.ts';
import { routesOf, scopeOf } from '../../../../functions/replay/scope.ts';
import { parseReplayEvent, type ReplayRequest } from '../../../../functions/request/replay-request.ts';
import { aPull, aRoute } from '../../../support/relay.ts';

const UPLOADED_AT = '2026-01-15T09:30:00.000Z';

function anObject(change: Partial<ListedObject> = {}): ListedObject {
  return { key: 'a', eTag: '"etag"', sizeBytes: 1, lastModified: new Date(UPLOADED_AT), isArchived: false, ...change };
}

function asked(event: object): ReplayRequest {
  return parseReplayEvent(event) as ReplayRequest;
}

describe('what is looked through', () => {
  const routes = [
    aRoute({ name: 'invoices', filter: { prefix: 'invoices/', suffix: '.pdf' } }),
    aRoute({ name: 'images', filter: { prefix: 'images/', suffix: '' } }),
    aRoute({ name: 'customer', filter: { prefix: 'reports/', suffix: '' }, pull: aPull() }),
  ];
  const sources = { sourceBucket: 'uploads', routes };

  test.each<[object, string | undefined]>([
    [{}, 'i'],
    [{ prefix: 'inv' }, 'invoices/'],
    [{ prefix: 'invoices/2026' }, 'invoices/2026'],
    [{ prefix: 'im', route: 'images' }, 'images/'],
    [{ prefix: 'letters/' }, undefined],
    [{ route: 'customer' }, 'reports/'],
    [{ prefix: 'reports/' }, undefined],
    [{ prefix: 'images/', route: 'invoices' }, undefined],
  ])('%j lists under %j', (event, prefix) => expect(scopeOf(asked(event), sources).prefix).toBe(prefix));

  test.each<[object, Partial<ListedObject>, string[]]>([
    [{}, { key: 'invoices/1.pdf' }, ['invoices']],
    [{}, { key: 'invoices/1.txt' }, []],
    [{}, { key: 'images/1.pdf' }, ['images']],
    [{ prefix: 'images/2' }, { key: 'images/1.pdf' }, []],
    [{ since: UPLOADED_AT }, { key: 'images/1' }, ['images']],
    [{ until: UPLOADED_AT }, { key: 'images/1' }, []],
    [{ since: '2026-01-15', until: '2026-01-16' }, { key: 'images/1' }, ['images']],
    [{ since: '2026-01-16' }, { key: 'images/1' }, []],
    // Dated from its beginning.
    [{ since: '2026-01-22' }, { key: 'images/1', eTag: '"etag-2"' }, ['images']],
    [{ since: '2026-01-23' }, { key: 'images/1', eTag: '"etag-2"' }, []],
    [{ until: '2026-01-16' }, { key: 'images/1', eTag: '"etag-2"' }, ['images']],
    [{ until: '2026-01-15' }, { key: 'images/1', eTag: '"etag-2"' }, []],
  ])('%j: %j goes along %j', (event, object, names) => {
    expect(routesOf(scopeOf(asked(event), sources), anObject(object))).toEqual(names);
  });

  test('a relay’s own keys are no uploads, also in the bucket of somebody else, which may have a relay of its own', () => {
    const key = `${CANARY_PREFIX}main`;
    const all = { filter: { prefix: '', suffix: '' } };
    const both = {
      sourceBucket: 'uploads',
      routes: [aRoute(all), aRoute({ ...all, name: 'customer', pull: aPull() })],
    };
    expect(routesOf(scopeOf(asked({}), both), anObject({ key }))).toEqual([]);
    expect(routesOf(scopeOf(asked({ route: 'main' }), both), anObject({ key }))).toEqual([]);
    expect(routesOf(scopeOf(asked({ route: 'customer' }), both), anObject({ key }))).toEqual([]);
  });

  test('a route that pulls is looked through in its own bucket, and only by its name', () => {
    expect(scopeOf(asked({ route: 'customer' }), sources)).toMatchObject({ bucket: 'customers', pulling: routes[2] });
    expect(scopeOf(asked({}), sources)).toMatchObject({ bucket: 'uploads', pulling: undefined });
    expect(() => scopeOf(asked({}), { routes: [routes[2]!] })).toThrow('the route must be named');
  });

  test('a route that does not exist is named, with those that do', () => {
    expect(() => scopeOf(asked({ route: 'letters' }), sources)).toThrow(
      'There is no route "letters"; the routes are "invoices", "images", "customer".',
    );
  });
});
