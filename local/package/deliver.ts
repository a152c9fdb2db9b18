/** Deploys an app into local accounts, by the CDK's command line of the folder in which it lies, and has it deliver a file. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetBucketNotificationConfigurationCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { atEnding } from '../../cli/terminal/ending.ts';
import { Failure } from '../../cli/terminal/user-error.ts';
import { LocalCloud } from '../../emulator/index.ts';
import { awsClients } from '../aws-clients.ts';
import { type AppStack, stacksOf } from './app-stacks.ts';
import type { UserFolder } from './user-folder.ts';

const KEY = 'report.csv';
const BODY = 'a,b\n1,2\n';
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 200;

/**
 * @param program the app's, in the folder
 * @throws Failure saying at which step, and why
 */
export async function deliverFrom(folder: UserFolder, program: string): Promise<void> {
  const stacks = await stacksOf(folder, program);
  const accounts = [...new Set(stacks.map(({ account }) => account))];
  const cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: accounts });
  const close = atEnding(() => cloud.close());
  try {
    const environment = (account: string, region: string) => ({
      HOME: folder.path,
      CI: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: cloud.url,
      NODE_EXTRA_CA_CERTS: cloud.caFile,
      AWS_CA_BUNDLE: cloud.caFile,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: cloud.operator(account).accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.operator(account).secretAccessKey,
    });
    const cdk = (args: string[], { account, region }: AppStack) =>
      folder.must('npx', ['--no-install', 'cdk', ...args, '--no-notices'], environment(account, region));
    for (const stack of stacks) {
      await cdk(['bootstrap', `aws://${stack.account}/${stack.region}`], stack);
      await cdk(['deploy', stack.id, '--app', `node ${program}`, '--require-approval', 'never'], stack);
    }
    const s3 = new Map(
      stacks.map(({ account, region }) => [
        account,
        awsClients(cloud, { region, credentials: cloud.operator(account) }).s3,
      ]),
    );
    await drop(s3.values());
    await arrival(s3.values());
  } finally {
    await close();
  }
}

/** Into the bucket that tells of its uploads. */
async function drop(owners: Iterable<S3Client>): Promise<void> {
  for (const s3 of owners) {
    for (const Bucket of await bucketsOf(s3)) {
      const told = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
      if (!told.QueueConfigurations && !told.EventBridgeConfiguration) continue;
      await s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body: BODY }));
      return;
    }
  }
  throw new Failure('No bucket of the app tells of its uploads.');
}

/** In another account's bucket. */
async function arrival(owners: Iterable<S3Client>): Promise<void> {
  const clients = [...owners];
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    for (const s3 of clients.slice(1)) {
      for (const Bucket of await bucketsOf(s3)) {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
        if (Contents.some(({ Key, Size }) => Key?.endsWith(KEY) && Size === BODY.length)) return;
      }
    }
    await sleep(LOOK_EVERY_MS);
  }
  throw new Failure(`${KEY} has not arrived within ${PATIENCE_MS / 1000} seconds.`);
}

async function bucketsOf(s3: S3Client): Promise<string[]> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  return Buckets.flatMap(({ Name }) => Name ?? []);
}
