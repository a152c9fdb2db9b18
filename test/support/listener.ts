import { templateStack } from '../../emulator/index.ts';
import { ACCOUNT_A, REGION } from './two-accounts.ts';

/** Somebody in account A who wants to know: a rule that puts the relay's events into a queue. */
export function listener() {
  return templateStack({
    account: ACCOUNT_A,
    region: REGION,
    name: 'listener',
    template: {
      Resources: {
        Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'listener' } },
        Policy: {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            Queues: [{ Ref: 'Queue' }],
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { Service: 'events.amazonaws.com' },
                  Action: 'sqs:SendMessage',
                  Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] },
                },
              ],
            },
          },
        },
        Rule: {
          Type: 'AWS::Events::Rule',
          DependsOn: ['Policy'],
          Properties: {
            EventPattern: { source: ['upload-relay'] },
            Targets: [{ Id: 'queue', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
          },
        },
      },
      Outputs: { QueueUrl: { Value: { Ref: 'Queue' } } },
    },
  });
}
