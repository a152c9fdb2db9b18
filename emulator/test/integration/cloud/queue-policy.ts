/** A template's queue policy that lets S3 send into the queue, and nobody else. */
export function letS3Send(queue: string, condition?: object): { Type: string; Properties: Record<string, unknown> } {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 's3.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
          ...(condition && { Condition: condition }),
        },
      },
    },
  };
}
