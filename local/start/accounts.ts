import { Agent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export interface OperatorAccess {
  url: string;
  caPem: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

const MAX_SOCKETS = 16;

/** The clients of a person with keys of one account, as they would have them of the real one. */
export function operatorClients({ url, caPem, region, credentials }: OperatorAccess): { s3: S3Client; sqs: SQSClient } {
  const settings = {
    endpoint: url,
    region,
    credentials,
    requestHandler: new NodeHttpHandler({
      httpsAgent: new Agent({ ca: caPem, keepAlive: true, maxSockets: MAX_SOCKETS }),
    }),
  };
  return { s3: new S3Client(settings), sqs: new SQSClient(settings) };
}
