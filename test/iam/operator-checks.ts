/** What an operator must be able to do by the construct's grants: see `checks.ts`. */
import { randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetDurableExecutionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { lambdaKeys } from '../support/sessions.ts';
import { eventually, LEDGER_TABLE } from '../support/two-accounts.ts';
import { type Check, isRefused } from './check.ts';
import { execute } from './large-checks.ts';
import { OPERATOR_ARN } from './operator.ts';
import type { ProofWorld } from './proof-world.ts';

export const OPERATOR_CHECKS: readonly Check[] = [
  {
    name: 'an operator has the relay, the check and replay run',
    guards: /^operator: Allow lambda:InvokeFunction$|^trust of operator: /,
    holds: async (world) => {
      const { lambda } = operator(world);
      for (const FunctionName of ['upload-relay', 'upload-relay-check', 'upload-relay-replay:live'])
        await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
      return true;
    },
  },
  {
    name: 'an operator hears how a replay ends',
    guards: /^operator: Allow lambda:GetDurableExecution$/,
    holds: async (world) => {
      const { arn } = await execute(world, 'upload-relay-replay:live', { prefix: 'nothing' });
      const { lambda } = operator(world);
      const { Status } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));
      return Status !== undefined;
    },
  },
  {
    name: 'an operator hears of no other execution',
    guards: /^operator: Allow lambda:GetDurableExecution$/,
    holds: async (world) => {
      const { arn } = await execute(world, 'upload-relay-large:live', { route: 'main', key: 'there' });
      const { lambda } = operator(world);
      return isRefused(lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn })));
    },
  },
  {
    name: 'an operator moves dead letters by means of SQS',
    guards: /^operator: Allow sqs:/,
    holds: async (world) => {
      const { QueueUrl, DeadLetterQueueUrl, DeadLetterQueueArn } = world.cloud.outputs('upload-relay-source');
      await world.take(QueueUrl!);
      await world.deadLetters();
      const MessageBody = JSON.stringify({ key: randomUUID() });
      await world.a.sqs.send(new SendMessageCommand({ QueueUrl: DeadLetterQueueUrl, MessageBody }));
      const { sqs } = operator(world);
      const count = 'ApproximateNumberOfMessages';
      const asked = new GetQueueAttributesCommand({ QueueUrl: DeadLetterQueueUrl, AttributeNames: [count] });
      if ((await sqs.send(asked)).Attributes?.[count] !== '1') return false;
      const DestinationArn = DeadLetterQueueArn!.replace('-dead-letters', '');
      await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: DeadLetterQueueArn, DestinationArn }));
      const task = new ListMessageMoveTasksCommand({ SourceArn: DeadLetterQueueArn });
      const { Results = [] } = await sqs.send(task);
      const moved = await eventually(async () => (await world.take(QueueUrl!)).map(({ Body }) => Body));
      await world.deadLetters();
      return Results.length === 1 && moved.includes(MessageBody);
    },
  },
  {
    name: 'an operator reads a receipt by its key',
    guards: /^operator: Allow dynamodb:GetItem$/,
    holds: async (world) => {
      const { dynamodb } = operator(world);
      await dynamodb.send(new GetItemCommand({ TableName: LEDGER_TABLE, Key: { id: { S: 'main/there' } } }));
      return true;
    },
  },
];

function operator(world: ProofWorld) {
  return world.as(lambdaKeys(world, OPERATOR_ARN));
}
