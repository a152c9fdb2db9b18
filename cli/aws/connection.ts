/** How AWS is reached: profile, region, endpoints and authorities as the AWS CLI and the SDK read them. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Signer } from '../../functions/aws/signed-request.ts';
import { UserError } from '../terminal/user-error.ts';
import { endpointIn, type ProfileSettings, regionMissing, requireProfile, settingsOf } from './profile.ts';
import { fetchThrough } from './trusting-fetch.ts';

export interface ConnectionOptions {
  /** As in the files of the AWS CLI; what the environment says unless given. */
  profile?: string | undefined;
  region?: string | undefined;
}

export interface Connection {
  region: string;
  profile: string | undefined;
  lambda: LambdaClient;
  sqs: SQSClient;
  dynamodb: DynamoDBClient;
  /** For services that have no client here. */
  signer: Signer;
}

const CONNECTION_TIMEOUT_MS = 10_000;
/** As variables and sections of the SDK have them: https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html */
const SERVICE_IDS: Record<string, string> = { logs: 'cloudwatch_logs', monitoring: 'cloudwatch' };

/**
 * Makes the clients. Nothing is sent yet.
 * @throws UserError for a profile that isn't there, a missing region, or authorities that can't be read
 */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  nameProfile(options.profile);
  const profile = process.env['AWS_PROFILE'] || undefined;
  if (profile !== undefined) requireProfile(profile, process.env);
  const settings = settingsOf(profile, process.env);
  const ca = authoritiesOf(settings);
  const httpsAgent = new Agent({ keepAlive: true, ...(ca !== undefined && { ca }) });
  const requestHandler = new NodeHttpHandler({ httpsAgent, connectionTimeout: CONNECTION_TIMEOUT_MS });
  const common = { requestHandler, ...(options.region !== undefined && { region: options.region }) };
  const lambda = new LambdaClient(common);
  const region = await lambda.config.region().catch(() => {
    throw regionMissing(profile, process.env);
  });
  return {
    region,
    profile,
    lambda,
    sqs: new SQSClient(common),
    dynamodb: new DynamoDBClient(common),
    signer: {
      region,
      credentials: lambda.config.credentials,
      endpoint: (service) => endpointOf(service, settings) ?? ownEndpoint(lambda, region, service),
      fetch: fetchThrough(httpsAgent),
    },
  };
}

/** The SDK finds everything of a profile by this variable. Keys of the terminal would go before it. */
function nameProfile(profile: string | undefined): void {
  if (profile === undefined) return;
  process.env['AWS_PROFILE'] = profile;
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) delete process.env[name];
}

/** The AWS CLI knows this variable and this setting, and the SDK does not. */
function authoritiesOf({ ca_bundle: setting }: ProfileSettings): string | undefined {
  const { AWS_CA_BUNDLE: variable } = process.env;
  const file = variable || setting;
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const name = variable ? 'AWS_CA_BUNDLE' : 'ca_bundle of the profile';
    throw new UserError(`${name} is "${file}", and can't be read: ${(error as Error).message}`);
  }
}

function endpointOf(service: string, { services, endpoint_url: ofAll }: ProfileSettings): string | undefined {
  const { env } = process;
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const id = SERVICE_IDS[service] ?? service;
  const ofService = services === undefined ? undefined : endpointIn(services, id, env);
  return env[`AWS_ENDPOINT_URL_${id.toUpperCase()}`] || env['AWS_ENDPOINT_URL'] || ofService || ofAll;
}

/** AWS's own is called alike for every service of a region, and the SDK knows what regions end in. */
function ownEndpoint(lambda: LambdaClient, region: string, service: string): string {
  const { url } = lambda.config.endpointProvider({ Region: region });
  return `https://${url.hostname.replace(/^lambda/, service)}`;
}
