/** The SDK's clients of one principal: as they would be for AWS itself, but for the endpoint and its certificate. */
import { Agent } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Where the local AWS is, as `LocalCloud` says it of itself. */
export interface Endpoint {
  url: string;
  /** Of the authority that its certificate is signed by. */
  caPem: string;
}

export interface Principal {
  region: string;
  credentials: NonNullable<S3ClientConfig['credentials']>;
  /** The SDK's own number unless given. */
  maxAttempts?: number;
}

export interface AwsClients {
  s3: S3Client;
  sqs: SQSClient;
  sts: STSClient;
  iam: IAMClient;
  lambda: LambdaClient;
  dynamodb: DynamoDBClient;
  eventBridge: EventBridgeClient;
}

const MAX_SOCKETS = 16;

/** What all clients of a principal have in common; they share connections. */
export function clientSettings<P>({ url, caPem }: Endpoint, principal: P) {
  const httpsAgent = new Agent({ ca: caPem, keepAlive: true, maxSockets: MAX_SOCKETS });
  return { endpoint: url, ...principal, requestHandler: new NodeHttpHandler({ httpsAgent }) };
}

export function awsClients(endpoint: Endpoint, principal: Principal): AwsClients {
  const settings = clientSettings(endpoint, principal);
  return {
    s3: new S3Client(settings),
    sqs: new SQSClient(settings),
    sts: new STSClient(settings),
    iam: new IAMClient(settings),
    lambda: new LambdaClient(settings),
    dynamodb: new DynamoDBClient(settings),
    eventBridge: new EventBridgeClient(settings),
  };
}

/** A client that sends a checksum only where it is told to: what it uploads is as old as one likes. */
export function silentS3(endpoint: Endpoint, principal: Principal): S3Client {
  return new S3Client({ ...clientSettings(endpoint, principal), requestChecksumCalculation: 'WHEN_REQUIRED' });
}
