import { Agent, type AgentOptions } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Route } from '../route.ts';
import { lean } from './lean.ts';
import { writerCredentials } from './writer-credentials.ts';

/** Every AWS client of a function, made once per execution environment; nothing else makes one. */
export interface Clients {
  source: S3Client;
  sqs: SQSClient;
  dynamodb: DynamoDBClient;
  eventBridge: EventBridgeClient;
  lambda: LambdaClient;
  /** Acts as the route's writer role, in the destination's region. */
  writer(route: Route): S3Client;
  /** The next `writer` of this route asks for a new session: for when the present one was found expired. */
  forgetWriter(route: Route): void;
}

/** Those of replay, which writes nowhere but into the queue. */
export type ReplayClients = Pick<Clients, 'source' | 'sqs' | 'dynamodb' | 'lambda'>;

const MAX_SOCKETS = 64;
const CONNECTION_TIMEOUT_MS = 5_000;
/** A socket silent for so long is taken for dead; S3 itself closes at 20 s or more. */
const SOCKET_TIMEOUT_MS = 60_000;
/** Held up between reading and writing at most. More would not move faster, and what waits longer is dearer to collect (bench/). */
const SOCKET_BUFFER_BYTES = 256 * 1024;

export function createClients(): Clients {
  const sts = new STSClient();
  const writers = new Map<string, S3Client>();
  return {
    source: lean(s3Client({})),
    sqs: new SQSClient(),
    dynamodb: lean(new DynamoDBClient()),
    eventBridge: new EventBridgeClient(),
    lambda: new LambdaClient(),
    writer(route) {
      const existing = writers.get(route.name);
      if (existing) return existing;
      const { region } = route.destination;
      const created = lean(s3Client({ region, credentials: writerCredentials(sts, route) }));
      writers.set(route.name, created);
      return created;
    },
    forgetWriter: (route) => void writers.delete(route.name),
  };
}

export function createReplayClients(): ReplayClients {
  return {
    source: s3Client({}),
    sqs: new SQSClient(),
    dynamodb: new DynamoDBClient(),
    lambda: new LambdaClient(),
  };
}

/**
 * Checksums only where this code asks for them: the source's own value is handed on and S3 verifies it,
 * so a second one computed here would cost CPU and prove less.
 */
export function s3Client(options: Pick<S3ClientConfig, 'region' | 'credentials' | 'signer' | 'maxAttempts'>): S3Client {
  const agent: AgentOptions & { highWaterMark: number } = {
    keepAlive: true,
    maxSockets: MAX_SOCKETS,
    highWaterMark: SOCKET_BUFFER_BYTES,
  };
  return new S3Client({
    ...options,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      httpsAgent: new Agent(agent),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
    }),
  });
}
