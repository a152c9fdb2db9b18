import { describe, expect, test } from 'vitest';
import { bucketOf, destinationOf, routesFor, routesIntoSources } from '../../../../functions/core/route.ts';
import { SourceObject } from '../../../../functions/core/source-object.ts';
import { aPull, aRoute } from '../../../support/relay.ts';

const source = (key: string) => new SourceObject('source', key);

describe('routesFor', () => {
  const all = aRoute({ name: 'all' });
  const pictures = aRoute({ name: 'pictures', filter: { prefix: 'pictures/', suffix: '.jpg' } });

  test.each([
    ['pictures/cat.jpg', ['all', 'pictures']],
    ['pictures/cat.png', ['all']],
    ['cat.jpg', ['all']],
    ['pictures/.jpg', ['all', 'pictures']],
  ])('%s takes %j', (key, names) => {
    expect(routesFor([all, pictures], source(key)).map(({ name }) => name)).toEqual(names);
  });

  test('a named route is taken alone', () => {
    expect(routesFor([all, pictures], source('pictures/cat.jpg'), 'pictures')).toEqual([pictures]);
  });

  test('what is dropped into the relay’s own bucket never takes a route that pulls, unless that is named', () => {
    const pulling = aRoute({ name: 'customer', pull: aPull() });
    expect(routesFor([all, pulling], source('a'))).toEqual([all]);
    expect(routesFor([all, pulling], source('a'), 'customer')).toEqual([pulling]);
  });

  describe('of a canary', () => {
    const key = 'upload-relay-canary/pictures/canary';

    test('is the one that it is named after, whatever the filters say', () => {
      expect(routesFor([all, pictures], source(key))).toEqual([pictures]);
      expect(routesFor([all, pictures], source(key), 'pictures')).toEqual([pictures]);
      expect(() => routesFor([all, pictures], source(key), 'all')).toThrow('"upload-relay-canary/all/canary"');
    });

    test.each([
      'upload-relay-canary/nobody/canary',
      'upload-relay-canary/',
      'upload-relay-canary/all',
      'upload-relay-canary/customer/canary',
    ])('is none for %s', (other) => {
      const pulling = aRoute({ name: 'customer', pull: aPull() });
      expect(routesFor([all, pictures, pulling], source(other))).toEqual([]);
    });
  });

  test('no route may take a key', () => expect(routesFor([pictures], source('cat.jpg'))).toEqual([]));

  test('an unknown route is refused by a sentence with the known ones', () => {
    expect(() => routesFor([all, pictures], source('a'), 'nowhere')).toThrow(
      'There is no route "nowhere"; the routes are "all", "pictures".',
    );
  });

  test('a named route does not take keys that its filter keeps out', () => {
    expect(() => routesFor([pictures], source('cat.jpg'), 'pictures')).toThrow('"cat.jpg" does not');
  });
});

test.each([
  [undefined, 'source'],
  ['main', 'source'],
  ['customer', 'customers'],
  ['nowhere', 'source'],
])('route %s reads the bucket %s', (name, bucket) => {
  const routes = [aRoute(), aRoute({ name: 'customer', pull: aPull() })];
  expect(bucketOf({ sourceBucket: 'source', routes }, name)).toBe(bucket);
});

describe('destinationOf', () => {
  test('puts a canary where the check’s objects are', () => {
    const place = destinationOf(aRoute({ destination: { prefix: 'in/' } }), source('upload-relay-canary/main/canary'));
    expect(`${place}`).toBe('s3://destination/in/upload-relay-check/upload-relay-canary/main/canary');
  });

  test('puts no upload where a canary goes: the next one would take its place', () => {
    const route = aRoute({ filter: { prefix: '', suffix: '' } });
    const canary = destinationOf(route, source('upload-relay-canary/main/canary'));
    const upload = source(canary.key.slice(route.destination.prefix.length));
    expect(routesFor([route], upload)).toEqual([]);
    expect(() => routesFor([route], upload, 'main')).toThrow('"upload-relay-check/upload-relay-canary/" are');
    expect(routesFor([route], source('upload-relay-check/else'))).toEqual([route]);
  });

  test('puts the prefix before the key as it stands', () => {
    const place = destinationOf(aRoute({ destination: { prefix: 'in/' } }), source('/a//b'));
    expect(`${place}`).toBe('s3://destination/in//a//b');
  });

  test.each([
    [1021, true],
    [1022, false],
  ])('prefix of 3 bytes and a key of %i bytes', (bytes, fits) => {
    const key = 'é'.repeat(Math.floor(bytes / 2)) + 'e'.repeat(bytes % 2);
    const place = () => destinationOf(aRoute({ destination: { prefix: 'in/' } }), source(key));
    if (fits) expect(place().key).toHaveLength(3 + key.length);
    else expect(place).toThrow('the key has 1025 bytes, and S3 takes 1024');
  });
});

describe('routesIntoSources: would what is delivered set off the relay again?', () => {
  const to = (bucket: string, from: string, prefix: string) =>
    aRoute({ name: `${from}→${prefix}`, filter: { prefix: from, suffix: '' }, destination: { bucket, prefix } });
  const pulling = (from: string, bucket = 'elsewhere', prefix = '') =>
    aRoute({ ...to(bucket, from, prefix), pull: aPull() });

  test.each([
    ['another bucket', [to('elsewhere', '', '')], false],
    ['same bucket, everything into everything', [to('source', '', '')], true],
    ['same bucket, everything into a prefix', [to('source', '', 'out/')], true],
    ['same bucket, a prefix into itself', [to('source', 'a/', 'a/')], true],
    ['same bucket, a prefix into one below it', [to('source', 'a/', 'a/b/')], true],
    ['same bucket, a prefix into one above it', [to('source', 'a/b/', 'a/')], true],
    ['same bucket, separate prefixes', [to('source', 'in/', 'out/')], false],
    ['two routes that feed each other', [to('source', 'a/', 'b/'), to('source', 'b/', 'a/')], true],
    ['pulled from where it goes', [pulling('', 'customers')], true],
    ['pulled from where another route goes', [to('customers', '', 'a/'), pulling('a/b/')], true],
    ['pulled from beside where another route goes', [to('customers', '', 'a/'), pulling('b/')], false],
    ['pulled into the relay’s own bucket, where another takes it', [pulling('', 'source'), to('x', '', '')], true],
    ['pulled into the relay’s own bucket, where only it reads elsewhere', [pulling('', 'source')], false],
  ])('%s: %j', (_, routes, loops) => {
    expect(routesIntoSources('source', routes).length > 0).toBe(loops);
  });
});
