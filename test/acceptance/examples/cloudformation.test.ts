/** examples/cloudformation: account B's side by the template alone, and the relay of cdk.json delivers into it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLI_MISSING, cliInstalled, shell } from '../../support/aws-cli.ts';
import { askCloudFormation, settledStack, stackOutputs, stackRequest } from '../../support/cloudformation.ts';
import { assumeWriter, lambdaKeys } from '../../support/sessions.ts';
import { type SourceFirst, startSourceFirst } from '../../support/source-first.ts';
import {
  ACCOUNT_B,
  closeSound,
  DESTINATION_BUCKET,
  eventually,
  PREFIX,
  REGION,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
  WRITER_ROLE_ARN,
} from '../../support/two-accounts.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/cloudformation/', import.meta.url));
const STACK = 'upload-relay-destination';

let world: SourceFirst;
let template: string;
let parameters: Record<string, string>;

beforeAll(async () => {
  world = await startSourceFirst(() => {});
  const folder = new URL('../../../infra/templates/', import.meta.url);
  template = await readFile(new URL('upload-relay-destination.template.json', folder), 'utf8');
  const listed: string[] = JSON.parse(await readFile(join(EXAMPLE, 'parameters.json'), 'utf8'));
  parameters = Object.fromEntries(listed.map((each) => each.split('=', 2) as [string, string]));
});
afterAll(() => closeSound(world));

async function update(change: Record<string, string>): Promise<Record<string, string>> {
  await askCloudFormation(world.b, 'UpdateStack', stackRequest(STACK, template, { ...parameters, ...change }));
  return settledStack(world.b, STACK);
}

const policyOf = async (Bucket: string) => (await world.b.s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy;

const put = (key: string, Body: string) =>
  world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: key, Body }));

const delivered = (key: string, Bucket = DESTINATION_BUCKET) =>
  eventually(async () => {
    const { Body } = await world.b.s3.send(new GetObjectCommand({ Bucket, Key: PREFIX + key }));
    return Body?.transformToString();
  });

describe('account B by the template alone', () => {
  test('takes what the relay of cdk.json delivers', async () => {
    await askCloudFormation(world.b, 'CreateStack', stackRequest(STACK, template, parameters));
    expect(await settledStack(world.b, STACK)).toEqual({
      WriterRoleArn: WRITER_ROLE_ARN,
      Bucket: DESTINATION_BUCKET,
      BucketRegion: REGION,
    });
    await put('by-template.txt', 'carried');
    expect(await delivered('by-template.txt')).toBe('carried');
  });

  test('with CreateOnly refuses what the writer role would overwrite, and takes what is new', async () => {
    await update({ CreateOnly: 'yes' });
    const { s3 } = world.as(await assumeWriter(world.as(lambdaKeys(world, RELAY_ROLE_ARN))));
    const write = (Key: string, more: { IfNoneMatch?: string } = {}) =>
      s3.send(new PutObjectCommand({ Bucket: DESTINATION_BUCKET, Key: PREFIX + Key, Body: 'x', ...more }));
    await expect(write('by-template.txt')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(write('new.txt')).rejects.toMatchObject({ name: 'AccessDenied' });
    await write('new.txt', { IfNoneMatch: '*' });
    expect(await delivered('by-template.txt')).toBe('carried');
    // In parts, the completion alone has the header.
    const place = { Bucket: DESTINATION_BUCKET, Key: `${PREFIX}parts.bin` };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(place));
    const { ETag } = await s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body: 'x' }));
    const whole = { ...place, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
    const complete = (more: { IfNoneMatch?: string }) =>
      s3.send(new CompleteMultipartUploadCommand({ ...whole, ...more }));
    await expect(complete({})).rejects.toMatchObject({ name: 'AccessDenied' });
    await complete({ IfNoneMatch: '*' });
    // Others of account B may overwrite.
    await world.b.s3.send(new PutObjectCommand({ Bucket: DESTINATION_BUCKET, Key: `${PREFIX}new.txt`, Body: 'y' }));
    await update({});
    await write('new.txt');
  });

  test('keeps the bucket that it leaves for another, with all that its policy refuses', async () => {
    const policy = await policyOf(DESTINATION_BUCKET);
    expect(policy).toContain('aws:SecureTransport');
    expect(await update({ BucketName: 'another-222222222222' })).toMatchObject({ Bucket: 'another-222222222222' });
    expect(await delivered('by-template.txt')).toBe('carried');
    expect(await policyOf(DESTINATION_BUCKET)).toBe(policy);
    expect(await policyOf('another-222222222222')).toContain('aws:SecureTransport');
  });

  test('refuses to make a bucket that is there, and goes back to what was', async () => {
    await expect(update({})).rejects.toThrow(/^UPDATE_ROLLBACK_COMPLETE/);
    expect(await stackOutputs(world.b, STACK)).toMatchObject({ Bucket: 'another-222222222222' });
  });

  test('takes over a bucket that exists already, and leaves it as it is', async () => {
    await update({ CreateBucket: 'no' });
    await put('into-existing.txt', 'carried too');
    expect(await delivered('into-existing.txt')).toBe('carried too');
    await askCloudFormation(world.b, 'DeleteStack', { StackName: STACK });
    await eventually(async () => world.cloud.directory.findRoleByArn(WRITER_ROLE_ARN) === undefined);
    expect(await delivered('into-existing.txt')).toBe('carried too');
  });
});

describe.skipIf(!cliInstalled)(`account B by the real AWS CLI${CLI_MISSING}`, () => {
  test('deploy.sh makes the stack, and finds nothing to change the next time', async () => {
    const home = await mkdtemp(join(tmpdir(), 'upload-relay-cli-'));
    const { accessKeyId, secretAccessKey } = world.cloud.operator(ACCOUNT_B);
    const env = {
      HOME: home,
      AWS_ENDPOINT_URL: world.cloud.url,
      AWS_CA_BUNDLE: world.cloud.caFile,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      PARAMETERS: join(home, 'parameters.json'),
    };
    try {
      const listed = Object.entries({ ...parameters, CreateBucket: 'no' }).map((each) => each.join('='));
      await writeFile(env.PARAMETERS, JSON.stringify(listed));
      const { code, stderr } = await shell('./deploy.sh', env, EXAMPLE);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      await put('by-cli.txt', 'carried again');
      expect(await delivered('by-cli.txt')).toBe('carried again');
      expect((await shell('./deploy.sh', env, EXAMPLE)).stdout).toContain('No changes to deploy');
    } finally {
      await rm(home, { recursive: true });
    }
  });
});
