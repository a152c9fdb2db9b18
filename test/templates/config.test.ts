import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { runtimeRoute } from '../../infra/config/function-settings.ts';

type Json = { [key: string]: Json } | Json[] | string | number | boolean;

function committed(): Json {
  const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
  return context.relay as Json;
}

/** The committed configuration with one field changed; `undefined` takes it away. */
function changed(path: string, value: Json | undefined): Json {
  const config = committed();
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce<Json>((at, key) => (at as Record<string, Json>)[key]!, config) as Record<string, Json>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return config;
}

test('the committed cdk.json is valid, and what it leaves out gets its default', () => {
  const config = parseConfig(committed());
  expect(config.relay).toEqual({
    name: 'upload-relay',
    protectLedger: false,
    canary: true,
    routeAlarms: false,
    objectiveSeconds: 300,
    objectivePercent: 99.9,
    events: 'failures',
    memoryMiB: 384,
    timeoutSeconds: 900,
    batchSize: 10,
    maximumConcurrency: 54,
    retryDelaySeconds: 30,
    awaitRoleHours: 72,
    latePutSeconds: 120,
    lateCompleteSeconds: 900,
    largeObjectBytes: 5 * 1024 ** 3,
    largeWorkers: 16,
    largeObjects: true,
    replay: true,
    replays: [],
    audit: { prefix: 'audit/', timeZone: 'UTC', defuseFormulas: false },
    reconciliation: { schedule: 'cron(0 4 * * ? *)', timeZone: 'UTC', missingAfterMinutes: 60 },
    logRetentionDays: 30,
    acknowledge: [],
  });
  expect(config.routes[0]).toMatchObject({
    filter: { prefix: '', suffix: '' },
    copyTags: false,
    createOnly: false,
    requireProof: false,
  });
});

describe('a mistake is one sentence that names the field and what stands there', () => {
  test.each<[string, Json | undefined, string]>([
    ['source.account', undefined, 'field "relay.source.account" is missing'],
    [
      'source.account',
      111111111111,
      'field "relay.source.account" is 111111111111: must be the 12 digits of an AWS account, in quotes',
    ],
    ['source.versioned', 'true', 'field "relay.source.versioned" is "true": must be true or false, without quotes'],
    ['source.relayRoleName', 7, 'field "relay.source.relayRoleName" is 7: must be a text, in quotes'],
    ['routes', { main: {} }, 'field "relay.routes" is {"main":{}}: must be a list: […]'],
    ['routes.0.destination', 'b', 'field "relay.routes.0.destination" is "b": must be an object: {…}'],
    ['relay', { batchSize: '10' }, 'field "relay.relay.batchSize" is "10": must be a number, without quotes'],
    ['relay', { batchSize: 1.5 }, 'field "relay.relay.batchSize" is 1.5: must be a whole number.'],
    ['source.account', '1111', 'field "relay.source.account" is "1111": must be the 12 digits'],
    ['source.region', 'Virginia', 'field "relay.source.region" is "Virginia": must be a region such as "us-east-1"'],
    ['source.bucket', 'Has_Capitals', 'field "relay.source.bucket" is "Has_Capitals": must be a bucket name'],
    ['source.relayRoleName', 'a/b', 'field "relay.source.relayRoleName" is "a/b": must be a role name'],
    ['source.kmsKeyArn', 'alias/mine', 'field "relay.source.kmsKeyArn" is "alias/mine": must be the ARN of a KMS key'],
    ['routes', [], 'field "relay.routes" is []: must have at least one route'],
    ['routes.0.name', 'has spaces', 'field "relay.routes.0.name" is "has spaces"'],
    ['routes.0.externalId', 'x', 'field "relay.routes.0.externalId" is "x": must be 2 to 1,224'],
    ['routes.0.destination.prefix', 'in/*', 'field "relay.routes.0.destination.prefix" is "in/*": must not contain *'],
    ['routes.0.destination.prefix', '${aws:username}/', 'must not contain *, ? or $'],
    [
      'routes.0.storageClass',
      'COLD',
      'field "relay.routes.0.storageClass" is "COLD": must be "copy", one of STANDARD,',
    ],
    [
      'routes.0.storageClass',
      { STANDARD: 'COLD' },
      'field "relay.routes.0.storageClass.STANDARD" is "COLD": must be one of',
    ],
    ['routes.0.storageClass', { COLD: 'STANDARD' }, 'field "relay.routes.0.storageClass.COLD" is not known'],
    ['routes.0.createOnly', 'yes', 'field "relay.routes.0.createOnly" is "yes"'],
    ['routes.0.requireProof', 'yes', 'field "relay.routes.0.requireProof" is "yes"'],
    ['routes.0.extrenalId', 'typo', 'field "relay.routes.0.extrenalId" is not known; did you mean "externalId"?'],
    ['routes.0.colour', 'red', 'field "relay.routes.0.colour" is not known; look for a typing error, or remove it.'],
    ['relay', { timeoutSeconds: 901 }, 'field "relay.relay.timeoutSeconds" is 901: must be at most 900'],
    ['relay', { largeObjectBytes: 1024 }, 'field "relay.relay.largeObjectBytes" is 1024'],
    ['relay', { largeWorkers: 0 }, 'field "relay.relay.largeWorkers" is 0'],
    ['relay', { maximumConcurrency: 1 }, 'field "relay.relay.maximumConcurrency" is 1'],
    ['relay', { events: 'some' }, 'field "relay.relay.events" is "some": must be one of "all", "failures", "none"'],
    ['relay', { objectiveSeconds: 0 }, 'field "relay.relay.objectiveSeconds" is 0: must be at least 1'],
    ['relay', { objectivePercent: 90 }, 'field "relay.relay.objectivePercent" is 90: must be at least 95'],
    ['relay', { objectivePercent: 100 }, 'field "relay.relay.objectivePercent" is 100: must be at most 99.999'],
    ['relay', { alarmEmail: 'on call' }, 'field "relay.relay.alarmEmail" is "on call": must be an e-mail address'],
    [
      'relay',
      { replays: [{ name: 'nightly', schedule: 'every night' }] },
      'field "relay.relay.replays.0.schedule" is "every night": must be a rate such as "rate(1 day)"',
    ],
    [
      'relay',
      { replays: [{ name: 'nightly', schedule: 'rate(1 days)' }] },
      'field "relay.relay.replays.0.schedule" is "rate(1 days)"',
    ],
    [
      'relay',
      { replays: ['rate(1 day)', 'rate(2 days)'].map((schedule) => ({ name: 'a', schedule })) },
      'field "relay.relay.replays.1.name" is "a", as in "relay.relay.replays.0": each replay needs a name of its own',
    ],
    ...(
      [
        [{ timeZone: 'Berlin' }, 'timeZone" is "Berlin": must be a time zone of the IANA database, such as'],
        [{ timeZone: 'europe/berlin' }, 'timeZone" is "europe/berlin": must be a time zone'],
        [{ timeZone: '+01:00' }, 'timeZone" is "+01:00": must be a time zone'],
        [{ flexibleMinutes: 1441 }, 'flexibleMinutes" is 1441'],
        [{ lookBackHours: 0 }, 'lookBackHours" is 0'],
        [{ route: 'letters' }, 'route" is "letters": there is no such route; the routes are "main".'],
        [{ schedule: 'at(2026-12-01)' }, 'schedule" is "at(2026-12-01)": must be a rate'],
      ] as [Record<string, Json>, string][]
    ).map(([change, sentence]): [string, Json, string] => [
      'relay',
      { replays: [{ name: 'nightly', schedule: 'rate(1 day)', ...change }] },
      `field "relay.relay.replays.0.${sentence}`,
    ]),
    ...(
      [
        [{ schedule: 'daily' }, 'schedule" is "daily": must be a rate such as "rate(1 day)"'],
        [{ missingAfterMinutes: 0 }, 'missingAfterMinutes" is 0: must be at least 1'],
        [{ since: 'last year' }, 'since" is "last year": must be a day or a time in UTC'],
        [{ since: '2026-02-30' }, 'since" is "2026-02-30": must be a day'],
        [{ since: '2026-02-30T25:00Z' }, 'since" is "2026-02-30T25:00Z": must be a day'],
        [{ shedule: 'rate(1 day)' }, 'shedule" is not known; did you mean "schedule"?'],
        [{ inventory: { id: 'daily' } }, 'inventory.bucket" is missing'],
        [{ inventory: { bucket: 'lists', id: 'a/b' } }, 'inventory.id" is "a/b": must be 1 to 64'],
        [
          { inventory: { bucket: 'upload-relay-source-111111111111', id: 'daily' } },
          'inventory.bucket" is "upload-relay-source-111111111111": it is the source bucket',
        ],
      ] as [Record<string, Json>, string][]
    ).map(([reconciliation, sentence]): [string, Json, string] => [
      'relay',
      { reconciliation },
      `field "relay.relay.reconciliation.${sentence}`,
    ]),
    ['relay', { reconciliation: true }, 'field "relay.relay.reconciliation" is true: must be false or an object'],
    ['relay', { batchOperations: {} }, 'field "relay.relay.batchOperations.bucket" is missing'],
    [
      'relay',
      { batchOperations: { bucket: 'upload-relay-source-111111111111' } },
      'field "relay.relay.batchOperations.bucket" is the source bucket',
    ],
    ['relay', { logRetentionDays: 31 }, 'field "relay.relay.logRetentionDays" is 31: must be one of'],
  ])('%s = %j', (path, value, sentence) => {
    expect(() => parseConfig(changed(path, value))).toThrow(sentence);
  });

  test('a field with a typing error is the one that is named, not the one that is missing for it', () => {
    const config = committed() as { routes: Record<string, Json>[] };
    const { destination, ...route } = config.routes[0]!;
    config.routes[0] = { ...route, destinaton: destination! };
    expect(() => parseConfig(config)).toThrow(
      'field "relay.routes.0.destinaton" is not known; did you mean "destination"?',
    );
  });

  test('no configuration at all', () => {
    expect(() => parseConfig(undefined)).toThrow('cdk.json has no context "relay"');
  });
});

test.each<Json>(['copy', 'GLACIER_IR', {}, { STANDARD: 'STANDARD_IA', REDUCED_REDUNDANCY: 'STANDARD' }])(
  'a route may have the storage class %j',
  (storageClass) => {
    const [route] = parseConfig(changed('routes.0.storageClass', storageClass)).routes;
    expect(route!.storageClass).toEqual(storageClass);
    expect(runtimeRoute(route!).storageClass).toEqual(storageClass);
  },
);

test.each(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Calcutta', 'Etc/GMT+5'])(
  'a replay may go by the clock of %s',
  (timeZone) => {
    const replays = [{ name: 'nightly', schedule: 'at(2026-12-01T04:00:00)', timeZone }];
    expect(parseConfig(changed('relay', { replays })).relay.replays[0]).toMatchObject({ timeZone, flexibleMinutes: 0 });
  },
);

test('a create-only route is one in the function as well', () => {
  const [route] = parseConfig(changed('routes.0.createOnly', true)).routes;
  expect(runtimeRoute(route!).createOnly).toBe(true);
});

test('a route that demands a proof does so in the function as well', () => {
  const [route] = parseConfig(changed('routes.0.requireProof', true)).routes;
  expect(runtimeRoute(route!).requireProof).toBe(true);
});

describe('what would go wrong only later is refused now', () => {
  const route = (change: Record<string, Json>) => {
    const config = committed() as { routes: Record<string, Json>[] };
    const first = config.routes[0]!;
    return [first, { ...first, ...change }];
  };

  test.each<[string, Record<string, Json>, string]>([
    [
      'two routes of one name',
      { writerRoleName: 'other' },
      'field "relay.routes.1.name" is "main", as in "relay.routes.0"',
    ],
    [
      'two routes with one role',
      { name: 'second' },
      'field "relay.routes.1.writerRoleName" is "upload-relay-writer", as in "relay.routes.0.writerRoleName"',
    ],
    [
      'two routes that create one bucket',
      { name: 'second', writerRoleName: 'other' },
      'set "existingBucket": true on the others',
    ],
  ])('%s', (_, second, sentence) => {
    expect(() => parseConfig(changed('routes', route(second)))).toThrow(sentence);
  });

  test.each(['', 'incoming/'])('a destination that feeds the source again (prefix "%s")', (prefix) => {
    const destination = {
      account: '111111111111',
      region: 'us-east-1',
      bucket: 'upload-relay-source-111111111111',
      prefix,
      existingBucket: true,
    };
    expect(() => parseConfig(changed('routes.0.destination', destination))).toThrow(
      `field "relay.routes.0.destination" is the bucket "upload-relay-source-111111111111" with prefix "${prefix}"`,
    );
  });

  test('the same bucket with prefixes apart is allowed', () => {
    const config = changed('routes.0.destination', {
      account: '111111111111',
      region: 'us-east-1',
      bucket: 'upload-relay-source-111111111111',
      prefix: 'out/',
      existingBucket: true,
    }) as { routes: Record<string, Json>[] };
    config.routes[0]!.filter = { prefix: 'in/' };
    expect(parseConfig(config).routes).toHaveLength(1);
  });
});
