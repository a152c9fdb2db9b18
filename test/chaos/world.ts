import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type Faults, LocalCloud, type StackInput, type TemplateValue } from '../../emulator/index.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { awsClients, silentS3 } from '../../local/aws-clients.ts';
import { changeProperties, changeSettings } from '../../local/changed-stacks.ts';
import { ownBucket } from '../../local/start/own-bucket.ts';
import { committedContext } from '../../local/synth.ts';
import { Observed } from './observed.ts';
import { LARGE_OBJECT_BYTES } from './source-kinds.ts';

/** The two accounts of the committed cdk.json, up on this machine, and their operators' clients. */
export interface ChaosWorld {
  cloud: LocalCloud;
  source: { s3: S3Client; bucket: string };
  destination: { s3: S3Client; bucket: string; prefix: string; account: string };
  sqs: SQSClient;
  queueUrl: string;
  deadLetterQueueUrl: string;
  /** How many messages wait or are worked on. */
  messagesLeft: () => number;
  /** How many somebody could take now: not those that are worked on, or that wait for a write to land. */
  messagesWaiting: () => number;
  ledger: { dynamodb: DynamoDBClient; routeName: string };
  observed: Observed;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** As synthesized; changed here to fit a run of seconds. */
  stacks: StackInput[];
  faults: Faults;
  versioned: boolean;
  /** Of the function and, since a message comes back only then, of a message's visibility. */
  timeoutSeconds: number;
}

const SOURCE_STACK = 'upload-relay-source';
/** So many redeliveries shall not send a message to the dead letters; only a relay that never gets anywhere. */
const MAX_RECEIVES = 50;
/**
 * It grows by a factor of 4 from try to try: still below a second at the tenth. The relay's own pause lets what a try has left under way
 * come to its end; here that ends with its connection.
 */
const RETRY_DELAY_SECONDS = 1e-6;
/** What the relay is told of how long a write may take to land. Durable waits take whole seconds. */
const LATE = { latePutSeconds: 2, lateCompleteSeconds: 3 };
/** A durable wait takes whole seconds. */
const DURABLE_DELAY_SECONDS = 1;
/** A slot whose holder was killed is free after five minutes to half an hour, which no run waits for: there are more than get lost. */
const LARGE_SLOTS = 1000;
/** Batches at once; the machine may have two cores. */
const MAX_BATCHES = 4;
/** Processes of all functions. Were there no more than what is busy, each invocation of another function would begin with a new one. */
const MAX_SANDBOXES = 12;
/** A batch takes as long as its slowest message. */
const BATCH_SIZE = 4;
const SDK_ATTEMPTS = 5;

export async function startWorld({ stacks, faults, versioned, timeoutSeconds }: WorldOptions): Promise<ChaosWorld> {
  const config = parseConfig(committedContext());
  const { source } = config;
  const { bucket, routes } = ownBucket(config);
  const { name: routeName, destination } = routes[0]!;
  const sourceStacks = stacks.filter(({ account }) => account === source.account);
  changeProperties(sourceStacks, 'AWS::Lambda::Function', { Timeout: timeoutSeconds });
  const patience = { maxReceives: MAX_RECEIVES, retryDelaySeconds: RETRY_DELAY_SECONDS, ...LATE };
  changeSettings(sourceStacks, { ...patience, largeObjectBytes: LARGE_OBJECT_BYTES, largeSlots: LARGE_SLOTS });
  changeSettings(sourceStacks, { retryDelaySeconds: DURABLE_DELAY_SECONDS }, 'upload-relay-large');
  changeProperties(sourceStacks, 'AWS::S3::Bucket', ({ VersioningConfiguration: _, ...others }) =>
    versioned ? { ...others, VersioningConfiguration: { Status: 'Enabled' } } : others,
  );
  // More would wait for a process while their visibility timeout runs.
  const ScalingConfig = { MaximumConcurrency: MAX_BATCHES };
  changeProperties(sourceStacks, 'AWS::Lambda::EventSourceMapping', { ScalingConfig, BatchSize: BATCH_SIZE });
  changeProperties(sourceStacks, 'AWS::SQS::Queue', ({ RedrivePolicy, ...others }) => {
    if (RedrivePolicy === undefined) return others;
    const policy = { ...(RedrivePolicy as Record<string, TemplateValue>), maxReceiveCount: MAX_RECEIVES };
    return { ...others, VisibilityTimeout: timeoutSeconds, RedrivePolicy: policy };
  });
  const observed = new Observed();
  const cloud: LocalCloud = await LocalCloud.start({
    stacks,
    faults,
    maxSandboxes: MAX_SANDBOXES,
    onObjectCreated: (event) => {
      if (event.bucket === bucket) observed.noteObject(event, cloud.s3);
    },
    onLog: ({ text }) => observed.noteLine(text),
  });
  // Objects of all ages: what comes without a checksum is stored without one.
  cloud.s3.bucket(bucket).settings.addsChecksums = false;
  const operatorOf = ({ account, region }: { account: string; region: string }) => ({
    region,
    credentials: cloud.operator(account),
    maxAttempts: SDK_ATTEMPTS,
  });
  const { sqs, dynamodb } = awsClients(cloud, operatorOf(source));
  const outputs = cloud.outputs(SOURCE_STACK);
  const queues = cloud.lambda.queueArns().map((arn) => cloud.sqs.queueByArn(arn)!);
  return {
    cloud,
    source: { s3: silentS3(cloud, operatorOf(source)), bucket },
    destination: { ...destination, s3: awsClients(cloud, operatorOf(destination)).s3 },
    sqs,
    queueUrl: cloud.sqs.urlOf(queues[0]!),
    deadLetterQueueUrl: outputs['DeadLetterQueueUrl']!,
    messagesLeft: () =>
      queues
        .map((queue) => queue.counts())
        .reduce((sum, { visible, notVisible, delayed }) => sum + visible + notVisible + delayed, 0),
    messagesWaiting: () => queues.reduce((sum, queue) => sum + queue.counts().visible, 0),
    ledger: { dynamodb, routeName },
    observed,
    close: () => cloud.close(),
  };
}
