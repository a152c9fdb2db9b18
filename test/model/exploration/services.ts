import { Readable } from 'node:stream';
import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import type {
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  GetObjectCommandInput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
  PutObjectCommandInput,
  UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import type {
  ChangeMessageVisibilityCommandInput,
  DeleteMessageCommandInput,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { eTagOf } from './content.ts';
import type { DestinationBucket } from './destination-bucket.ts';
import { keyOf } from './event-message.ts';
import type { LedgerTable } from './ledger-table.ts';
import type { Queue } from './queue.ts';
import { s3Error } from './s3-error.ts';
import type { SourceBucket } from './source-bucket.ts';

/** A write's input, its body read to the end. */
export type WithLetters<Input> = Input & { letters: string };

/** Every request that the relay may send, by the name of its operation; each takes effect at one instant. */
export interface Services {
  HeadObject(input: HeadObjectCommandInput): HeadObjectCommandOutput;
  GetObject(input: GetObjectCommandInput): HeadObjectCommandOutput & { Body: Readable };
  PutObject(input: WithLetters<PutObjectCommandInput>): { ETag: string };
  CreateMultipartUpload(input: CreateMultipartUploadCommandInput): { UploadId: string };
  UploadPart(input: WithLetters<UploadPartCommandInput>): { ETag: string };
  CompleteMultipartUpload(
    input: CompleteMultipartUploadCommandInput,
  ): Pick<CompleteMultipartUploadCommandOutput, 'ETag'>;
  AbortMultipartUpload(): never;
  PutItem(input: PutItemCommandInput): object;
  PutEvents(input: PutEventsCommandInput): object;
  ChangeMessageVisibility(input: ChangeMessageVisibilityCommandInput): object;
  DeleteMessage(input: DeleteMessageCommandInput): object;
  SendMessage(input: SendMessageCommandInput): object;
  Invoke(input: InvokeCommandInput): object;
}

/** Longer than by the defaults of cdk.json, so that the lease of a slot is sometimes lost at work. */
const DELAY_MS = 600_000;

export interface Stores {
  clock: { nowMs: number };
  source: SourceBucket;
  destination: DestinationBucket;
  ledger: LedgerTable;
  queue: Queue;
  /** EventBridge is told of receipts. */
  hear(input: PutEventsCommandInput): object;
  /** Starts an execution of relay-large. */
  start(input: InvokeCommandInput): object;
}

export function servicesOf(stores: Stores): Services {
  const { source, destination, ledger, queue } = stores;
  return {
    HeadObject: (input) => source.head(input),
    GetObject(input) {
      const { head, letters } = source.get(input);
      return { ...head, Body: Readable.from([Buffer.from(letters)]) };
    },
    PutObject({ Key, letters, ChecksumCRC32, Metadata }) {
      destination.put(Key!, { letters, metadata: Metadata?.['told'] ?? '' }, ChecksumCRC32);
      return { ETag: eTagOf(letters) };
    },
    CreateMultipartUpload: ({ Key, Metadata }) => ({
      UploadId: destination.createUpload(Key!, Metadata?.['told'] ?? ''),
    }),
    UploadPart({ UploadId, PartNumber, letters }) {
      destination.putPart(UploadId!, PartNumber!, letters);
      return { ETag: eTagOf(letters) };
    },
    CompleteMultipartUpload({ UploadId, MultipartUpload, ChecksumCRC32 }) {
      const numbers = MultipartUpload!.Parts!.map(({ PartNumber }) => PartNumber!);
      return { ETag: eTagOf(destination.completeUpload(UploadId!, numbers, ChecksumCRC32)) };
    },
    // The writer role has s3:PutObject and nothing else.
    AbortMultipartUpload() {
      throw s3Error(403, 'AccessDenied');
    },
    PutItem: (input) => ledger.put(input),
    PutEvents: (input) => stores.hear(input),
    Invoke: (input) => stores.start(input),
    ChangeMessageVisibility({ ReceiptHandle }) {
      if (!queue.hold(ReceiptHandle!))
        throw Object.assign(new Error('not in flight'), { name: 'InvalidParameterValue' });
      return {};
    },
    DeleteMessage({ ReceiptHandle }) {
      queue.delete(ReceiptHandle!);
      return {};
    },
    SendMessage({ QueueUrl, MessageBody, MessageAttributes = {}, DelaySeconds = 0 }) {
      const attributes = Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue!]),
      );
      // The time passes between requests here, not while they are sent.
      const sentAtMs = Number(attributes['RequeuedAt'] ?? stores.clock.nowMs);
      // Whoever waits for it sees so much time pass.
      if (DelaySeconds > 0) stores.clock.nowMs += DELAY_MS;
      const key = keyOf(MessageBody!);
      if (QueueUrl === 'queue') queue.send(key, MessageBody!, { attributes, sentAtMs, delaySeconds: DelaySeconds });
      else queue.setAside(key, MessageBody!, attributes);
      return {};
    },
  };
}
