/** A user whose only right is to assume one role, which may only put objects into another account's bucket. */
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonicalUserId } from '../../../emulator/index.ts';
import { ACCOUNT_A, ACCOUNT_B } from '../../support/two-accounts.ts';
import { assume, type Clients, roleArn, type Scenario, startScenario } from './scenario.ts';

const Bucket = 'drop-222222222222';
const WRITER = roleArn(ACCOUNT_B, 'drop-writer');
const file = { Bucket, Key: 'file.txt' };
let scenario: Scenario;
let user: Clients;
let writer: Clients;

beforeAll(async () => {
  scenario = await startScenario('1-role-profile', { templates: { people: ACCOUNT_A, bucket: ACCOUNT_B } });
  user = scenario.as(scenario.keysOf('uploader'));
  writer = scenario.as((await assume(user, WRITER)).keys);
});

afterAll(() => scenario.close());

test('the file arrives, and the bucket’s account owns it', async () => {
  await writer.s3.send(new PutObjectCommand({ ...file, Body: 'from account A' }));
  const owner = scenario.as(scenario.cloud.operator(ACCOUNT_B));
  const { Contents } = await owner.s3.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }));
  expect(Contents).toMatchObject([{ Key: 'file.txt', Owner: { ID: canonicalUserId(ACCOUNT_B) } }]);
  const { Body } = await owner.s3.send(new GetObjectCommand(file));
  expect(await Body!.transformToString()).toBe('from account A');
});

test('the role may neither read nor list, not even what it has put', async () => {
  await expect(writer.s3.send(new GetObjectCommand(file))).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(writer.s3.send(new HeadObjectCommand(file))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  });
  await expect(writer.s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('the user without the role may put nothing', async () => {
  await expect(user.s3.send(new PutObjectCommand({ ...file, Body: 'x' }))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: `User: arn:aws:iam::${ACCOUNT_A}:user/uploader is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::${Bucket}/file.txt" because no identity-based policy allows the s3:PutObject action`,
  });
});

test('nobody else of account A may assume the role, not even its administrator', async () => {
  const administrator = scenario.as(scenario.cloud.operator(ACCOUNT_A));
  await expect(assume(administrator, WRITER)).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('a user made again under the same name is somebody else', async () => {
  const { directory } = scenario.cloud;
  const { policies } = directory.findUser(ACCOUNT_A, 'uploader')!;
  directory.removeUser(ACCOUNT_A, 'uploader');
  directory.addUser({ account: ACCOUNT_A, name: 'uploader', policies });
  const again = scenario.as(directory.addAccessKey(ACCOUNT_A, 'uploader'));
  await expect(assume(again, WRITER)).rejects.toMatchObject({ name: 'AccessDenied' });
});
