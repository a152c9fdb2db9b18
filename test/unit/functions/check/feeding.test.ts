/** What the local Lambda can't say of a mapping and of a function. */
import { expect, test } from 'vitest';
import type { Door } from '../../../../functions/check/door-context.ts';
import { queueFeedsRelay, relayMayRun } from '../../../../functions/check/feeding.ts';

const relayFunction = 'arn:aws:lambda:us-east-1:111111111111:function:upload-relay';
const queueArn = 'arn:aws:sqs:us-east-1:111111111111:upload-relay';
const deployed = {
  State: 'Enabled',
  FunctionArn: relayFunction,
  EventSourceArn: queueArn,
  FunctionResponseTypes: ['ReportBatchItemFailures'],
};

function doorOf(services: () => Promise<unknown>): Door {
  const config = { sourceAccount: '111111111111', mappingId: 'uuid', door: { queueArn, relayFunction } };
  return { config, clients: { services } } as unknown as Door;
}

test.each<[string, object, string, RegExp]>([
  ['as it was deployed', deployed, 'ok', /^the mapping is Enabled$/],
  ['a filter lets everything in', { ...deployed, FilterCriteria: { Filters: [] } }, 'ok', /Enabled/],
  ['being disabled', { ...deployed, State: 'Disabling' }, 'failed', /^the mapping is Disabling$/],
  [
    'a filter of somebody’s',
    { ...deployed, FilterCriteria: { Filters: [{ Pattern: '{"body":{"x":[1]}}' }] } },
    'failed',
    /^the mapping has a filter, and Lambda deletes what does not pass it$/,
  ],
  [
    'a filter under somebody’s key, which the canary may not use',
    { ...deployed, FilterCriteriaError: { ErrorCode: 'KMSAccessDeniedException', Message: 'no' } },
    'failed',
    /^the mapping has a filter/,
  ],
  [
    'failures of a batch are not asked for',
    { ...deployed, FunctionResponseTypes: [] },
    'failed',
    /ReportBatchItemFailures/,
  ],
  [
    'another function',
    { ...deployed, FunctionArn: `${relayFunction}-other` },
    'failed',
    /^the mapping leads to function upload-relay-other$/,
  ],
  ['an alias', { ...deployed, FunctionArn: `${relayFunction}:old` }, 'failed', /leads to function upload-relay:old$/],
])('a mapping: %s', async (_, answer, status, found) => {
  expect(await queueFeedsRelay(doorOf(async () => answer))).toMatchObject({
    status,
    found: expect.stringMatching(found),
  });
});

test('a function that was deleted is told, and no permission is asked for', async () => {
  const gone = Object.assign(new Error('Function not found'), { name: 'ResourceNotFoundException' });
  const finding = await relayMayRun(doorOf(() => Promise.reject(gone)));
  expect(finding).toMatchObject({ status: 'failed', found: 'there is no such function' });
  expect(finding.remedy?.statement).toBeUndefined();
});
