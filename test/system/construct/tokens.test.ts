/** A relay in a stack that names no account and no region, with all that only the deployment knows: deployed and run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud, readAssembly, type StackInput } from '../../../emulator/index.ts';
import { parseConfig } from '../../../infra/config/config.ts';
import { UploadRelay, UploadRoute } from '../../../infra/index.ts';
import { DestinationStack, destinationGroups } from '../../../infra/stacks/destination-stack.ts';
import { expectToCross } from '../../support/crossing.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  closeSound,
  DESTINATION_BUCKET,
  EXTERNAL_ID,
  PREFIX,
  REGION,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

let assembly: string;
let world: TwoAccounts;
let bucket: string;

beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), 'upload-relay-assembly-'));
  synthesizeApp(assembly);
  const stacks = readAssembly(assembly, { account: ACCOUNT_A, region: REGION });
  stacks.find(({ name }) => name === 'mine')!.parameters = parameters();
  world = twoAccountsOf(await LocalCloud.start({ stacks }));
  bucket = world.cloud.outputs('mine')['BucketName']!;
});

afterAll(async () => {
  expect(world.cloud.deliveryFailures).toEqual([]);
  await closeSound(world);
  await rm(assembly, { recursive: true });
});

function parameters(): StackInput['parameters'] {
  return { PartnerAccount: ACCOUNT_B, PartnerBucket: DESTINATION_BUCKET, ExternalId: EXTERNAL_ID };
}

function synthesizeApp(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'mine');
  const parameter = (id: string) => new CfnParameter(stack, id).valueAsString;
  const uploads = new Bucket(stack, 'Uploads', { encryptionKey: new Key(stack, 'Key') });
  new UploadRelay(stack, 'Relay', {
    source: uploads as never,
    rolePath: '/team/',
    routes: [
      UploadRoute.to({
        name: 'main',
        account: parameter('PartnerAccount'),
        bucket: parameter('PartnerBucket'),
        prefix: PREFIX,
        externalId: parameter('ExternalId'),
      }),
    ],
  });
  new CfnOutput(stack, 'BucketName', { value: uploads.bucketName });
  const context = committedContext();
  context.source['rolePath'] = '/team/';
  const config = parseConfig(context);
  for (const { id, ...group } of destinationGroups(config)) new DestinationStack(app, id, { config, ...group });
  app.synth();
}

describe('a relay whose accounts, buckets, key and external id are tokens', () => {
  test('delivers what is uploaded', async () => {
    await expectToCross(world, bucket, 'x');
  });

  test('passes its own check, the door included', async () => {
    await world.invoke({}, 'upload-relay-canary');
    const { payload } = await world.invoke({}, 'upload-relay-check');
    expect(payload).toMatchObject({ passed: true });
  });

  test('replays what the ledger lacks', async () => {
    const { payload } = await world.invoke({ dryRun: true }, 'upload-relay-replay:live');
    expect(payload).toMatchObject({ status: 'done' });
  });
});
