/** Deploys an app into local accounts, by the CDK's command line of the folder in which it lies, and has it deliver a file. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetBucketNotificationConfigurationCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { atEnding } from '../../cli/terminal/ending.ts';
import { Failure } from '../../cli/terminal/user-error.ts';
import { LocalCloud } from '../../emulator/index.ts';
import { awsClients } from '../aws-clients.ts';
import { type AppStack, stacksOf } from './app-stacks.ts';
import type { UserFolder } from './user-folder.ts';

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
    await arrival(await drop(s3.values()), [...s3.values()]);
  } finally {
    await close();
  }
}

/** Into each bucket that tells of its uploads. @returns the keys */
async function drop(owners: Iterable<S3Client>): Promise<string[]> {
  const keys: string[] = [];
  for (const s3 of owners) {
    for (const Bucket of await bucketsOf(s3)) {
      const told = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
      if (!told.QueueConfigurations && !told.EventBridgeConfiguration) continue;
      const Key = `${Bucket}.pdf`;
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: BODY }));
      keys.push(Key);
    }
  }
  if (keys.length === 0) throw new Failure('No bucket of the app tells of its uploads.');
  return keys;
}

/** In buckets of other accounts than the relay's, which comes first. */
async function arrival(keys: readonly string[], [, ...others]: readonly S3Client[]): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  let missing = keys;
  while (missing.length > 0) {
    if (performance.now() > until)
      throw new Failure(`${missing.join()} has not arrived within ${PATIENCE_MS / 1000} seconds.`);
    await sleep(LOOK_EVERY_MS);
    const found = await pMap(others, arrivedAt);
    missing = missing.filter((key) => !found.flat().some((each) => each.endsWith(`/${key}`)));
  }
}

/** Keys of objects that are as large as what was dropped. */
async function arrivedAt(s3: S3Client): Promise<string[]> {
  const lists = await pMap(await bucketsOf(s3), (Bucket) => s3.send(new ListObjectsV2Command({ Bucket })));
  const objects = lists.flatMap(({ Contents = [] }) => Contents);
  return objects.flatMap(({ Key, Size }) => (Size === BODY.length ? Key! : []));
}

async function bucketsOf(s3: S3Client): Promise<string[]> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  return Buckets.flatMap(({ Name }) => Name ?? []);
}
