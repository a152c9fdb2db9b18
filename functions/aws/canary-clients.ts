/** The AWS clients of the canary, and how the check asks it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { DoorSettings } from '../core/settings.ts';
import { defaultProvider } from './environment-credentials.ts';
import { s3Client } from './s3-client.ts';
import { type ServiceRequest, type Signer, sendSigned } from './signed-request.ts';

export interface CanaryClients {
  s3: S3Client;
  dynamodb: DynamoDBClient;
  services: Services;
}

/** Sends a request to a service that has no SDK client here. @throws ServiceError */
export type Services = (request: ServiceRequest) => Promise<unknown>;

export function createCanaryClients(door: DoorSettings): CanaryClients {
  return { s3: s3Client({}), dynamodb: new DynamoDBClient(), services: services(door) };
}

/** In the region and with the session of the function itself. */
export function services({ queueArn, domainSuffix }: DoorSettings): Services {
  const region = queueArn.split(':')[3]!;
  const signer: Signer = {
    region,
    credentials: defaultProvider(),
    // The SDK's clients take the same variable.
    endpoint: (service) => process.env['AWS_ENDPOINT_URL'] ?? `https://${service}.${region}.${domainSuffix}`,
  };
  return (request) => sendSigned(signer, request);
}
