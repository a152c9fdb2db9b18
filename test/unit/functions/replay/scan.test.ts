import { describe, expect, test } from 'vitest';
import { readReplayConfig } from '../../../../functions/core/config.ts';
import { isAlong, isReceiptOf, isTaken } from '../../../../functions/ledger/read.ts';
import { effortOf, planOf } from '../../../../functions/replay/estimate.ts';
import { isArchived, type ListedObject } from '../../../../functions/replay/list-page.ts';
import { sumOf } from '../../../../functions/replay/scan.ts';
import { routesOf, scopeOf } from '../../../../functions/replay/scope.ts';
import { NOTHING_YET, parseReplayEvent, type ReplayRequest } from '../../../../functions/request/replay-request.ts';
import { eventFixture, replayEventNames } from '../../../support/events.ts';
import { aPull, aRoute } from '../../../support/relay.ts';

const GIB = 1024 ** 3;
const RELAY = { concurrency: 20, memoryMiB: 384, largeObjectBytes: 5 * GIB, largeSlots: 2, largeWorkers: 16 };
const DESTINATION = { account: '222222222222', bucket: 'destination', prefix: 'in/' };
const UPLOADED_AT = '2026-01-15T09:30:00.000Z';

function anObject(change: Partial<ListedObject> = {}): ListedObject {
  return { key: 'a', eTag: '"etag"', sizeBytes: 1, lastModified: new Date(UPLOADED_AT), isArchived: false, ...change };
}

function asked(event: object): ReplayRequest {
  return parseReplayEvent(event) as ReplayRequest;
}

describe('the event', () => {
  test('that says nothing asks for whatever is missing', () => {
    expect(asked({})).toEqual({ prefix: '', only: 'missing', dryRun: false });
  });

  test.each([
    [{ prefx: 'a' }, 'field "prefx" is not known', '"prefx":"a"'],
    [{ prefix: 7 }, 'field "prefix": must be a text', '"prefix":7'],
    [{ only: 'new' }, 'field "only": must be "missing" or "all"', '"only":"new"'],
    [{ dryRun: 'yes' }, 'field "dryRun": must be true or false', '"dryRun":"yes"'],
    [{ since: 'yesterday' }, 'field "since": must be a day or a time of ISO 8601', '"since":"yesterday"'],
    [{ since: '2026-01-15T09:30:00' }, 'field "since": must be a day or a time of ISO 8601 with its zone', '09:30:00'],
    [{ until: '2026-13-01' }, 'field "until": must be a day', '2026-13-01'],
    [{ since: '2026-01-02', until: '2026-01-01' }, 'field "until": must be later than "since"', '2026-01-02'],
    [{ objectsPerSecond: -1 }, 'field "objectsPerSecond": must be 0.01 at least', '"objectsPerSecond":-1'],
    [{ newerThanHours: 0 }, 'field "newerThanHours": must be above 0', '"newerThanHours":0'],
    [{ newerThanHours: 1, since: '2026-01-01' }, 'field "newerThanHours": say either this or "since"', '2026-01-01'],
    [{ route: '' }, 'field "route": must not be empty', '"route":""'],
    [{ from: 'queue' }, 'field "from": must be "dead-letter-queue"', '"from":"queue"'],
    [{ from: 'dead-letter-queue', dryRun: true }, 'field "dryRun" is not known', '"dryRun":true'],
    ['all', 'Expected { "prefix"?', 'got "all"'],
  ])('%j is refused by the field and what stands there', (event, sentence, value) => {
    const parse = () => parseReplayEvent(event);
    expect(parse).toThrow(expect.objectContaining({ code: 'BadEvent', retryable: false }));
    expect(parse).toThrow(sentence);
    expect(parse).toThrow(value);
  });

  test('each fixture is taken, but for the misspelt one', () => {
    for (const name of replayEventNames()) {
      const parse = () => parseReplayEvent(eventFixture(name));
      if (name === 'replay-misspelt') expect(parse).toThrow('field "prefx" is not known');
      else expect(parse).not.toThrow();
    }
  });
});

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

describe('a receipt', () => {
  const receipt = {
    status: { S: 'delivered' },
    sourceETag: { S: '"etag"' },
    sizeBytes: { N: '1' },
    startedAt: { S: UPLOADED_AT },
    durationMs: { N: '40' },
  };

  test('of this very object counts', () => expect(isReceiptOf(receipt, anObject())).toBe(true));

  test.each<[string, Parameters<typeof isReceiptOf>[0], Partial<ListedObject>]>([
    ['none', undefined, {}],
    ['of a failure', { ...receipt, status: { S: 'failed' } }, {}],
    ['of another one that was there already', { ...receipt, status: { S: 'already there' } }, {}],
    ['of other bytes', receipt, { eTag: '"other"' }],
    ['of another size', receipt, { sizeBytes: 2 }],
    ['older than the same bytes put once more', receipt, { lastModified: new Date('2026-01-15T09:30:01Z') }],
    ['without its times', { ...receipt, startedAt: { S: '' } }, {}],
  ])('%s does not', (_, item, object) => expect(isReceiptOf(item, anObject(object))).toBe(false));
});

describe('a receipt speaks of the route as it is', () => {
  const destination = DESTINATION;
  const text = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([name, S]) => [name, { S }]));
  const place = {
    sourceBucket: 'uploads',
    destinationAccount: '222222222222',
    destinationBucket: 'destination',
    destinationKey: 'in/a',
  };

  test.each<[string, Record<string, string>, boolean]>([
    ['as it is', {}, true],
    ['before the prefix was changed', { destinationKey: 'incoming/a' }, false],
    ['before the bucket was changed', { destinationBucket: 'other' }, false],
    ['before the bucket was made again in another account', { destinationAccount: '333333333333' }, false],
    ['before it took from another bucket', { sourceBucket: 'other' }, false],
  ])('%s: %j: %j', (_, change, isIt) => {
    expect(isAlong(text({ ...place, ...change }), { destination }, 'uploads', 'a')).toBe(isIt);
  });

  test('also one of an earlier version, which names no account', () => {
    const { destinationAccount: _, ...rest } = place;
    expect(isAlong(text(rest), { destination }, 'uploads', 'a')).toBe(true);
  });

  test('none is none', () => expect(isAlong(undefined, { destination }, 'uploads', 'a')).toBe(false));
});

test.each<[string | undefined, boolean | undefined, boolean]>([
  [undefined, undefined, false],
  ['STANDARD', undefined, false],
  ['GLACIER_IR', undefined, false],
  // Of its archive tiers a listing doesn't tell.
  ['INTELLIGENT_TIERING', undefined, false],
  ['GLACIER', undefined, true],
  ['DEEP_ARCHIVE', undefined, true],
  ['DEEP_ARCHIVE', true, true],
  ['DEEP_ARCHIVE', false, false],
])('an object in %s whose restoring is under way: %j is archived: %j', (storageClass, inProgress, archived) => {
  const restore = inProgress === undefined ? undefined : { IsRestoreInProgress: inProgress };
  expect(isArchived(storageClass, restore)).toBe(archived);
});

test.each([
  ['delivered', true],
  ['already there', true],
  ['failed', false],
  [undefined, false],
])('on a create-only route a key with the receipt %j is taken: %j', (status, taken) => {
  expect(isTaken(status === undefined ? undefined : { status: { S: status } })).toBe(taken);
});

describe('an estimate', () => {
  const planFor = (count: number, sizeBytes: number) => {
    const effort = effortOf(sizeBytes, RELAY);
    const { requests, invocationSeconds, dollars } = effort;
    return planOf(
      sumOf(NOTHING_YET, {
        ...NOTHING_YET,
        ...effort,
        requests: count * requests,
        invocationSeconds: count * invocationSeconds,
        dollars: count * dollars,
        toSend: count,
        bytes: count * sizeBytes,
      }),
      RELAY,
    );
  };

  test('of a million small objects is what docs/cost.md adds up', () => {
    const plan = planFor(1_000_000, 10_000);
    expect(plan).toMatchObject({ objects: 1_000_000, bytes: 1e10, requests: 4_000_000 });
    expect(plan.dollars).toBeCloseTo(8.98, 1);
    expect(plan.seconds).toBeGreaterThan(1_000);
    expect(plan.seconds).toBeLessThan(2_000);
  });

  test('counts parts', () => expect(planFor(1, GIB).requests).toBe(16 + 2 + 16 + 2));

  test('of a large object is relay-large’s plan: it is not over sooner than its workers', () => {
    const plan = planFor(1, 1024 * GIB);
    expect(plan.seconds).toBeGreaterThan(15 * 60);
    expect(plan.dollars).toBeCloseTo(0.13, 1);
  });

  test('of nothing is nothing', () =>
    expect(planOf(NOTHING_YET, RELAY)).toEqual({ objects: 0, bytes: 0, requests: 0, seconds: 0, dollars: 0 }));
});

describe('what is wrong in the configuration is named', () => {
  const environment = { QUEUE_URL: 'url', QUEUE_ARN: 'arn', DEAD_LETTER_QUEUE_ARN: 'dead', LEDGER_TABLE: 'ledger' };
  const settings: Record<string, unknown> = {
    name: 'upload-relay',
    sourceBucket: 'source',
    sourceAccount: '111111111111',
    routes: [{ name: 'main', filter: { prefix: '', suffix: '' }, createOnly: false, destination: DESTINATION }],
    retryDelaySeconds: 30,
    replayFunction: 'arn:aws:lambda:us-east-1:111111111111:function:replay:live',
    relay: { concurrency: 20, memoryMiB: 384, largeObjectBytes: 5_368_709_120, largeSlots: 2, largeWorkers: 16 },
  };

  test.each(Object.keys(environment))('variable %s missing', (name) => {
    expect(() => readReplayConfig(environment, JSON.stringify(settings))).not.toThrow();
    expect(() => readReplayConfig({ ...environment, [name]: undefined }, JSON.stringify(settings))).toThrow(
      `Environment variable ${name}: it is`,
    );
  });

  test.each(Object.keys(settings))('field %s missing', (name) => {
    const json = JSON.stringify({ ...settings, [name]: undefined });
    expect(() => readReplayConfig(environment, json)).toThrow(`settings.json: field "${name}": `);
  });
});
