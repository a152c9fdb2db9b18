/** The two accounts that `npm start` keeps up, as seen from another terminal. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Route } from '../../functions/core/route.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { runtimeRoute } from '../../infra/config/function-settings.ts';
import type { RelayContext } from '../../infra/config/relay-context.ts';
import { accountProfiles } from '../start/account-profiles.ts';
import { PROFILE_FILE, type Profiles, readProfiles } from '../start/profile.ts';
import { UserError } from '../start/user-error.ts';
import { committedContext } from '../synth.ts';

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface Person {
  iam: IAMClient;
  s3: S3Client;
  sqs: SQSClient;
  sts: STSClient;
  lambda: LambdaClient;
  dynamodb: DynamoDBClient;
}

export interface World {
  config: RelayContext;
  routes: Route[];
  /** Account A's administrator. */
  a: Person;
  /** The administrator of a destination's account. */
  ownerOf(account: string): Person;
  /** With the keys of one of the profiles. @throws the error that AWS answers with, where the profile is of a role */
  as(profile: string): Promise<Person>;
}

/** @throws UserError when there is nothing to try it with */
export async function openWorld(): Promise<World> {
  const config = parseConfig(committedContext());
  const profiles = await readProfiles().catch(() => {
    throw new UserError(`There is no ${PROFILE_FILE}: npm start makes it, and must be up in another terminal.`);
  });
  const names = accountProfiles(config);
  const caPem = readCa(profiles[names.get(config.source.account)!]!['ca_bundle']!);
  const person = (profile: string) => personOf(profiles[profile]!, keysOf(profiles[profile]!), caPem);
  const ownerOf = (account: string) => person(names.get(account)!);
  return {
    config,
    routes: config.routes.map(runtimeRoute),
    a: ownerOf(config.source.account),
    ownerOf,
    as: async (profile) => {
      const settings = profiles[profile]!;
      return settings['role_arn']
        ? personOf(settings, await assumed(profiles, settings, caPem), caPem)
        : person(profile);
    },
  };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new UserError(`${PROFILE_FILE} is of an npm start that has ended: start it again.`);
  }
}

/** What the CLI does for a profile with `role_arn`. */
async function assumed(profiles: Profiles, settings: Record<string, string>, caPem: string): Promise<Keys> {
  const source = profiles[settings['source_profile']!]!;
  const { sts } = personOf(source, keysOf(source), caPem);
  const { role_arn: RoleArn, role_session_name: RoleSessionName, external_id: ExternalId } = settings;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName, ExternalId }));
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
  return { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
}

function keysOf(settings: Record<string, string>): Keys {
  const sessionToken = settings['aws_session_token'];
  return {
    accessKeyId: settings['aws_access_key_id']!,
    secretAccessKey: settings['aws_secret_access_key']!,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

function personOf(settings: Record<string, string>, keys: Keys, caPem: string): Person {
  const common = {
    endpoint: settings['endpoint_url']!,
    region: settings['region']!,
    credentials: keys,
    // What is refused stays refused, and what is not there soon is not there at all.
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: caPem }) }),
  };
  return {
    iam: new IAMClient(common),
    s3: new S3Client(common),
    sqs: new SQSClient(common),
    sts: new STSClient(common),
    lambda: new LambdaClient(common),
    dynamodb: new DynamoDBClient(common),
  };
}
