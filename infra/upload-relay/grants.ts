/** What an UploadRelay lets others do: no more actions and resources than each of them takes. */
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';

/** A permission that somebody else gets. */
export interface Permission {
  actions: string[];
  resourceArns: string[];
}

/** What SQS demands of whoever moves messages: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html */
const MOVE_FROM = [
  'sqs:StartMessageMoveTask',
  'sqs:ListMessageMoveTasks',
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
];

/** The CDK's own `grantInvoke` would grant every version and alias as well. */
export function toInvoke(functionArn: string): Permission {
  return { actions: ['lambda:InvokeFunction'], resourceArns: [functionArn] };
}

/** Who invokes a durable function hears of its end by asking for the execution, whose ARN begins with that of a version. */
export function toReplay({ functionArn, lambda }: Alias): Permission[] {
  const executions = `${lambda.functionArn}:*/durable-execution/*`;
  return [toInvoke(functionArn), { actions: ['lambda:GetDurableExecution'], resourceArns: [executions] }];
}

/** SQS moves messages with the permissions of its caller. */
export function toRedrive(deadLetterQueueArn: string, queueArn: string): Permission[] {
  return [
    { actions: MOVE_FROM, resourceArns: [deadLetterQueueArn] },
    { actions: ['sqs:SendMessage'], resourceArns: [queueArn] },
  ];
}

/** A receipt by its key, and no scan of what others have uploaded. */
export function toReadReceipts(tableArn: string): Permission {
  return { actions: ['dynamodb:GetItem'], resourceArns: [tableArn] };
}

/** @throws Error when the grantee has no policy, such as a principal of another account */
export function grant(grantee: IGrantable, ...permissions: Permission[]): Grant {
  const grants = permissions.map((permission) => {
    const given = Grant.addToPrincipal({ grantee, ...permission });
    given.assertSuccess();
    return given;
  });
  return grants.reduce((all, each) => all.combine(each));
}
