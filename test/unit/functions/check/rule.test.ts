/** What the local EventBridge can't say of a rule's target. */
import { expect, test } from 'vitest';
import type { ServiceRequest } from '../../../../functions/aws/signed-request.ts';
import type { Door } from '../../../../functions/check/door-context.ts';
import { rulePassesOn } from '../../../../functions/check/rule.ts';

const queueArn = 'arn:aws:sqs:us-east-1:111111111111:upload-relay';
const deadLetterQueueArn = `${queueArn}-dead-letters`;
const deployed = { Id: 'Target0', Arn: queueArn, DeadLetterConfig: { Arn: deadLetterQueueArn } };

function passesOn(...Targets: object[]) {
  const services = async ({ headers }: ServiceRequest) =>
    headers!['x-amz-target'] === 'AWSEvents.DescribeRule' ? { State: 'ENABLED', EventPattern: '{}' } : { Targets };
  const config = { sourceAccount: '111111111111', ruleName: 'rule', door: { queueArn, deadLetterQueueArn } };
  return rulePassesOn({ config, clients: { services } } as unknown as Door, '{}');
}

test.each<[string, object[], string, RegExp]>([
  ['as it was deployed', [deployed], 'ok', /^to arn/],
  ['beside another one', [{ Id: 'other', Arn: `${queueArn}-other` }, deployed], 'ok', /^to arn/],
  ['patient in another way', [{ ...deployed, RetryPolicy: { MaximumRetryAttempts: 9 } }], 'ok', /^to arn/],
  ['without a dead-letter queue', [{ ...deployed, DeadLetterConfig: undefined }], 'failed', /what the queue refuses/],
  [
    'a transformer',
    [{ ...deployed, InputTransformer: { InputTemplate: '"<key>"' } }],
    'failed',
    /^the target has InputTransformer, so the queue does not get the events as they are$/,
  ],
  ['a part of the event', [{ ...deployed, InputPath: '$.detail' }], 'failed', /InputPath/],
  ['another text', [{ ...deployed, Input: '{}' }], 'failed', /Input,/],
])('a target: %s', async (_, targets, status, found) => {
  expect(await passesOn(...targets)).toMatchObject({ status, found: expect.stringMatching(found) });
});
