import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../functions/config.ts';
import { aPull, aRoute } from '../../support/relay.ts';

const ENVIRONMENT = {
  SOURCE_BUCKET: 'source',
  SOURCE_ACCOUNT: '111111111111',
  ROUTES: JSON.stringify([aRoute()]),
  QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111111111111/queue',
  MAX_RECEIVES: '5',
  RETRY_DELAY_SECONDS: '30',
  LEDGER_TABLE: 'ledger',
  LARGE_OBJECT_BYTES: '5368709120',
  LARGE_WORKERS: '16',
  LARGE_FUNCTION: 'arn:aws:lambda:us-east-1:111111111111:function:large:live',
  PART_FUNCTION: 'arn:aws:lambda:us-east-1:111111111111:function:part',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111111111111/dead',
};

test('the environment becomes a typed config', () => {
  expect(readConfig(ENVIRONMENT)).toEqual({
    sourceBucket: 'source',
    sourceAccount: '111111111111',
    routes: [aRoute()],
    queueUrl: ENVIRONMENT.QUEUE_URL,
    maxReceives: 5,
    retryDelaySeconds: 30,
    ledgerTable: 'ledger',
    deadLetterQueueUrl: ENVIRONMENT.DEAD_LETTER_QUEUE_URL,
    largeObjectBytes: 5_368_709_120,
    largeWorkers: 16,
    largeFunction: ENVIRONMENT.LARGE_FUNCTION,
    partFunction: ENVIRONMENT.PART_FUNCTION,
  });
});

test.each(['copy', 'GLACIER_IR', { STANDARD: 'STANDARD_IA' }])('a storage class by %j', (storageClass) => {
  const routes = [aRoute({ storageClass })];
  expect(readConfig({ ...ENVIRONMENT, ROUTES: JSON.stringify(routes) }).routes).toEqual(routes);
});

test('a relay of routes that pull has no bucket of its own', () => {
  const routes = [aRoute({ pull: aPull() })];
  const config = readConfig({ ...ENVIRONMENT, SOURCE_BUCKET: undefined, ROUTES: JSON.stringify(routes) });
  expect(config).toMatchObject({ sourceBucket: undefined, routes });
});

describe('what is wrong is named', () => {
  test.each(Object.keys(ENVIRONMENT))('%s missing', (name) => {
    expect(() => readConfig({ ...ENVIRONMENT, [name]: undefined })).toThrow(
      `Environment variable ${name}: it is missing`,
    );
  });

  test.each([
    ['not JSON', '[', 'Environment variable ROUTES: it is not JSON.'],
    ['no routes', '[]', 'Environment variable ROUTES: field "":'],
    ['a bad account', JSON.stringify([aRoute({ destination: { account: '12' } })]), 'field "0.destination.account"'],
    [
      'a bad reader role',
      JSON.stringify([aRoute({ pull: aPull({ readerRoleArn: 'r' }) })]),
      'field "0.pull.readerRoleArn"',
    ],
    ['a bad role', JSON.stringify([aRoute({ writerRoleArn: 'writer' })]), 'field "0.writerRoleArn"'],
  ])('ROUTES: %s', (_, routes, sentence) => {
    expect(() => readConfig({ ...ENVIRONMENT, ROUTES: routes })).toThrow(sentence);
  });

  test.each(['none', '0', '-1'])('MAX_RECEIVES: %s', (text) => {
    expect(() => readConfig({ ...ENVIRONMENT, MAX_RECEIVES: text })).toThrow(
      `Environment variable MAX_RECEIVES: it is "${text}", not a number above 0.`,
    );
  });

  test('a destination that feeds the source is refused at run time as well', () => {
    const loop = JSON.stringify([aRoute({ destination: { bucket: 'source', prefix: 'out/' } })]);
    expect(() => readConfig({ ...ENVIRONMENT, ROUTES: loop })).toThrow(
      'route "main" writes to the bucket "source" under "out/", where a route would take it again',
    );
  });
});
