import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { expect, inject } from 'vitest';
import {
  type Clock,
  changeCodeFile,
  type Faults,
  type LatenessOptions,
  LocalCloud,
  type OrganizationInput,
  readAssembly,
  type StackInput,
} from '../../emulator/index.ts';
import type { Route } from '../../functions/core/route.ts';
import { SETTINGS_FILE } from '../../functions/core/settings.ts';
import { type AwsClients, awsClients } from '../../local/aws-clients.ts';

export type { AwsClients } from '../../local/aws-clients.ts';
export { changeProperties, changeSettings, disableMappings } from '../../local/changed-stacks.ts';

/** Makes AWS eventually consistent, as `npm run sweeps -- --late` has it. */
const LATENESS_SEED = process.env['TEST_LATENESS'];
const LATE_MS = 2_000;

export const ACCOUNT_A = '111111111111';
export const ACCOUNT_B = '222222222222';
export const REGION = 'us-east-1';
export const SOURCE_BUCKET = 'upload-relay-source-111111111111';
export const DESTINATION_BUCKET = 'upload-relay-destination-222222222222';
export const REPORT_BUCKET = 'upload-relay-reports-111111111111-98b43';
export const PREFIX = 'incoming/';
export const RELAY_ROLE_ARN = `arn:aws:iam::${ACCOUNT_A}:role/upload-relay`;
export const WRITER_ROLE_ARN = `arn:aws:iam::${ACCOUNT_B}:role/upload-relay-writer`;
export const EXTERNAL_ID = 'agree-on-a-value-of-your-own';
export const LEDGER_TABLE = 'upload-relay-ledger';
export const RELAY_LOG_GROUP = '/aws/lambda/upload-relay';

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface InvokeAnswer {
  functionError: string | undefined;
  payload: unknown;
}

/** Two accounts, up on this machine. */
export interface TwoAccounts {
  cloud: LocalCloud;
  /** The operators of both accounts. */
  a: AwsClients;
  b: AwsClients;
  as(keys: Keys, region?: string): AwsClients;
  /** The relay, unless another function is named. */
  invoke(event: unknown, functionName?: string): Promise<InvokeAnswer>;
  /** The ledger's item of route "main" and a key, as plain values. */
  ledgerItem(key: string): Promise<Record<string, string | undefined> | undefined>;
  /** Takes everything a queue of account A holds just now. */
  take(queueUrl: string): Promise<Message[]>;
  /** Takes what lies in the dead-letter queue. */
  deadLetters(): Promise<Message[]>;
  close(): Promise<void>;
}

export interface TwoAccountsOptions {
  /** Changes the templates before they are deployed. */
  change?: (stacks: StackInput[]) => void;
  /** Deployed after the relay's own. */
  last?: StackInput[];
  faults?: Faults;
  clock?: Clock;
  movesFunctionClocks?: boolean;
  /** Eventually consistent, and not waited for. */
  lateness?: LatenessOptions;
  organization?: OrganizationInput;
}

/** The two accounts of the committed cdk.json. */
export async function startTwoAccounts(options: TwoAccountsOptions = {}): Promise<TwoAccounts> {
  const stacks = readAssembly(inject('assembly'));
  options.change?.(stacks);
  const waitedFor = LATENESS_SEED === undefined ? undefined : { seed: Number(LATENESS_SEED), mostMs: LATE_MS };
  const lateness = options.lateness ?? waitedFor;
  const world = twoAccountsOf(
    await LocalCloud.start({
      stacks: [...stacks, ...(options.last ?? [])],
      ...(options.faults && { faults: options.faults }),
      ...(options.clock && { clock: options.clock }),
      ...(options.organization && { organization: options.organization }),
      movesFunctionClocks: options.movesFunctionClocks ?? false,
      ...(lateness && { lateness }),
    }),
  );
  // What was deployed is then seen by everybody.
  if (lateness === waitedFor) await sleep(waitedFor?.mostMs ?? 0);
  return world;
}

/** Takes it down, unless the local AWS has a defect to tell of. */
export async function closeSound(world: TwoAccounts): Promise<void> {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
}

/**
 * The same around a cloud that a test has put together itself.
 * @param regions of the source and of the destination
 */
export function twoAccountsOf(cloud: LocalCloud, regions = { a: REGION, b: REGION }): TwoAccounts {
  const as = (credentials: Keys, region = regions.a) => awsClients(cloud, { region, credentials });
  const a = as(cloud.operator(ACCOUNT_A));
  return {
    cloud,
    a,
    b: as(cloud.operator(ACCOUNT_B), regions.b),
    as,
    invoke: (event, functionName) => invoke(a.lambda, event, functionName),
    ledgerItem: (key) => ledgerItem(a.dynamodb, `main/${key}`),
    take: (queueUrl) => takeAll(a.sqs, queueUrl),
    deadLetters: () => takeAll(a.sqs, cloud.outputs('upload-relay-source')['DeadLetterQueueUrl']!),
    close: () => cloud.close(),
  };
}

async function invoke(lambda: LambdaClient, event: unknown, FunctionName = 'upload-relay'): Promise<InvokeAnswer> {
  const command = new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) });
  const { FunctionError, Payload } = await lambda.send(command);
  return { functionError: FunctionError, payload: JSON.parse(Buffer.from(Payload ?? []).toString() || 'null') };
}

async function ledgerItem(
  dynamodb: DynamoDBClient,
  id: string,
): Promise<Record<string, string | undefined> | undefined> {
  const command = new GetItemCommand({ TableName: LEDGER_TABLE, Key: { id: { S: id } }, ConsistentRead: true });
  const { Item } = await dynamodb.send(command);
  return Item && Object.fromEntries(Object.entries(Item).map(([name, value]) => [name, value.S ?? value.N]));
}

/** Takes everything a queue holds just now. */
async function takeAll(sqs: SQSClient, queueUrl: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return messages;
    messages.push(...Messages);
    for (const { ReceiptHandle } of Messages)
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  }
}

/** A look costs requests, so the longer something takes, the fewer there are: a pause is this share of what has been waited so far. */
const PAUSE_SHARE = 0.2;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
const PATIENCE_MS = 45_000;

/** What is tried again, or delivered once more, is so after a second. */
export const NO_PAUSES = { retryDelaySeconds: 1, latePutSeconds: 1, lateCompleteSeconds: 1 };

/** Changes the routes that every function knows; replay knows no destinations. */
export function changeRoutes(stacks: StackInput[], change: (route: Route) => void): void {
  changeCodeFile(stacks, SETTINGS_FILE, (settings) => {
    (settings['routes'] as Route[]).forEach(change);
    return settings;
  });
}

/** Looks until something is there: `undefined`, `false` and errors mean not yet. */
export async function eventually<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  const begun = Date.now();
  const deadline = begun + PATIENCE_MS;
  for (;;) {
    const outcome = await look().catch((error: unknown) => {
      if (Date.now() > deadline) throw error;
      return undefined;
    });
    if (outcome !== undefined && outcome !== false) return outcome;
    if (Date.now() > deadline) throw new Error(`not there after ${PATIENCE_MS} ms`);
    const share = PAUSE_SHARE * (Date.now() - begun);
    await sleep(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, share)));
  }
}
