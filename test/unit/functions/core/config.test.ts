import { describe, expect, test } from 'vitest';
import { readCheckConfig, readConfig, readReplayConfig } from '../../../../functions/core/config.ts';
import { aPull, aRoute } from '../../../support/relay.ts';
import { ENVIRONMENT, SETTINGS } from '../../../support/relay-settings.ts';

/** Without durable functions there are none. */
const OPTIONAL = ['largeFunction', 'partFunction'];

function read(change: Record<string, unknown>) {
  return readConfig(ENVIRONMENT, JSON.stringify({ ...SETTINGS, ...change }));
}

test('the environment and the settings become a typed config', () => {
  expect(read({})).toEqual({
    ...SETTINGS,
    queueUrl: ENVIRONMENT.QUEUE_URL,
    ledgerTable: 'ledger',
    deployedRoleId: 'AROARELAY',
    deadLetterQueueUrl: ENVIRONMENT.DEAD_LETTER_QUEUE_URL,
  });
});

test('settings stand beside the bundle, in a file that is missing here', () => {
  expect(() => readConfig(ENVIRONMENT)).toThrow('settings.json');
});

test.each(['copy', 'GLACIER_IR', { STANDARD: 'STANDARD_IA' }])('a storage class by %j', (storageClass) => {
  const routes = [aRoute({ storageClass })];
  expect(read({ routes }).routes).toEqual(routes);
});

test('a relay of routes that pull has no bucket of its own', () => {
  const routes = [aRoute({ pull: aPull() })];
  expect(read({ sourceBucket: undefined, routes })).not.toHaveProperty('sourceBucket');
});

describe('what is wrong is named', () => {
  test.each(Object.keys(ENVIRONMENT))('variable %s missing', (name) => {
    expect(() => readConfig({ ...ENVIRONMENT, [name]: undefined }, JSON.stringify(SETTINGS))).toThrow(
      `Environment variable ${name}: it is missing`,
    );
  });

  test.each(Object.keys(SETTINGS).filter((name) => !OPTIONAL.includes(name)))('field %s missing', (name) => {
    expect(() => read({ [name]: undefined })).toThrow(`settings.json: field "${name}": `);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no routes', { routes: [] }, 'field "routes":'],
    ['a bad account', { routes: [aRoute({ destination: { account: '12' } })] }, 'field "routes.0.destination.account"'],
    [
      'a bad reader role',
      { routes: [aRoute({ pull: aPull({ readerRoleArn: 'r' }) })] },
      'field "routes.0.pull.readerRoleArn"',
    ],
    ['a bad role', { routes: [aRoute({ writerRoleArn: 'writer' })] }, 'field "routes.0.writerRoleArn"'],
    ['a number in quotes', { maxReceives: '5' }, 'field "maxReceives"'],
    ['a number of nothing', { maxReceives: 0 }, 'field "maxReceives"'],
  ])('%s', (_, change, sentence) => {
    expect(() => read(change)).toThrow(`settings.json: ${sentence}`);
  });

  test('what is not JSON', () => {
    expect(() => readConfig(ENVIRONMENT, '[')).toThrow('settings.json: it is not JSON.');
  });

  test('a destination that feeds the source is refused at run time as well', () => {
    const routes = [aRoute({ destination: { bucket: 'source', prefix: 'out/' } })];
    const sentence = 'route "main" writes to the bucket "source" under "out/", where a route would take it again';
    expect(() => read({ routes })).toThrow(sentence);
    const replayRoleArn = 'arn:aws:iam::111111111111:role/replay';
    const json = JSON.stringify({ ...SETTINGS, routes, replayRoleArn, protectLedger: false });
    expect(() => readCheckConfig(ENVIRONMENT, json)).toThrow(sentence);
  });
});

describe('what is wrong in the configuration of replay is named', () => {
  const environment = { QUEUE_URL: 'url', QUEUE_ARN: 'arn', DEAD_LETTER_QUEUE_ARN: 'dead', LEDGER_TABLE: 'ledger' };
  const destination = { account: '222222222222', bucket: 'destination', prefix: 'in/' };
  const settings: Record<string, unknown> = {
    name: 'upload-relay',
    sourceBucket: 'source',
    sourceAccount: '111111111111',
    routes: [{ name: 'main', filter: { prefix: '', suffix: '' }, createOnly: false, destination }],
    retryDelaySeconds: 30,
    replayFunction: 'arn:aws:lambda:us-east-1:111111111111:function:replay:live',
    audit: { bucket: 'reports', prefix: 'audit/' },
    reconciliation: { missingAfterSeconds: 3600 },
    relay: {
      concurrency: 20,
      memoryMiB: 384,
      largeObjectBytes: 5_368_709_120,
      largeSlots: 2,
      largeWorkers: 16,
      events: 'none',
    },
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
