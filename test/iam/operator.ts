/** Somebody who is granted all that the construct grants others, and what they must then be able to do. */
import { randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { StackInput, TemplateResource } from '../../emulator/index.ts';
import { parseConfig } from '../../infra/config/config.ts';
import type { UploadRelay } from '../../infra/index.ts';
import { SourceStack } from '../../infra/stacks/source-stack.ts';
import { lambdaKeys } from '../support/sessions.ts';
import { ACCOUNT_A, eventually, LEDGER_TABLE } from '../support/two-accounts.ts';
import type { Check } from './check.ts';
import type { ProofWorld } from './proof-world.ts';

const NAME = 'operator';
const ROLE_ARN = `arn:aws:iam::${ACCOUNT_A}:role/${NAME}`;

/** Adds the role to the source stack, in which the construct names its own resources. */
export function addOperator({ template }: StackInput, context: object): void {
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new SourceStack(app, 'Source', { config: parseConfig(context) });
  const relay = stack.node.findChild('Default') as UploadRelay;
  const role = new Role(stack, 'Operator', {
    roleName: NAME,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  relay.grantReplay(role);
  relay.grantRedrive(role);
  relay.grantCheck(role);
  relay.grantInvoke(role);
  relay.grantReadReceipts(role);
  const resources = Object.entries<TemplateResource>(Template.fromStack(stack).toJSON()['Resources']);
  for (const [id, resource] of resources) if (id.startsWith('Operator')) template.Resources[id] = resource;
}

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
  return world.as(lambdaKeys(world, ROLE_ARN));
}
