/** A program that lists its own account's buckets and, by a role that may look, those of another account. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT_A, ACCOUNT_B } from '../../support/two-accounts.ts';
import { assume, roleArn, type Scenario, startScenario } from './scenario.ts';

const PROGRAM = fileURLToPath(new URL('list-both-accounts.ts', import.meta.url));
const VIEWER = roleArn(ACCOUNT_B, 'viewer');
const BLIND = roleArn(ACCOUNT_B, 'blind');
let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario('3-viewer-role', {
    templates: { people: ACCOUNT_A, viewed: ACCOUNT_B },
    credentials: { lister: 'lister', other: 'other' },
  });
});

afterAll(() => scenario.close());

async function run(profile: string, role: string): Promise<string> {
  const env = { PATH: process.env['PATH'], AWS_PROFILE: profile, ...scenario.environment };
  return promisify(execFile)(process.execPath, [PROGRAM, role], { env }).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

const refusal = (arn: string, what: string) => `AccessDenied: User: ${arn} is not authorized to perform: ${what}`;

describe('the program', () => {
  test('lists the buckets of both accounts', async () => {
    expect(await run('lister', VIEWER)).toBe('own: own-111111111111\ntheirs: theirs-222222222222\n');
  });

  test('tells in AWS’s words when the role may not list', async () => {
    const arn = `arn:aws:sts::${ACCOUNT_B}:assumed-role/blind/list-both-accounts`;
    const what = 's3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action';
    expect(await run('lister', BLIND)).toBe(`own: own-111111111111\n${refusal(arn, what)}\n`);
  });

  test('tells in AWS’s words when its user may not list', async () => {
    const what = 's3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action';
    expect(await run('other', VIEWER)).toBe(`${refusal(`arn:aws:iam::${ACCOUNT_A}:user/other`, what)}\n`);
  });

  test('is refused with a root user’s keys', async () => {
    expect(await run(`root-${ACCOUNT_A}`, VIEWER)).toBe(
      'own: own-111111111111\nAccessDenied: Roles may not be assumed by root accounts.\n',
    );
  });
});

describe('a trust in the account’s root', () => {
  test.each(['lister', 'other'])('admits every user whom account A lets, such as %s', async (user) => {
    const { assumedRole } = await assume(scenario.as(scenario.keysOf(user)), VIEWER, { RoleSessionName: user });
    expect(assumedRole.Arn).toBe(`arn:aws:sts::${ACCOUNT_B}:assumed-role/viewer/${user}`);
  });

  test('admits also the user whom account A lets in tomorrow: account B isn’t asked', async () => {
    const nobody = scenario.as(scenario.keysOf('nobody'));
    await expect(assume(nobody, VIEWER)).rejects.toMatchObject({ name: 'AccessDenied' });
    const document = { Statement: { Effect: 'Allow' as const, Action: 'sts:AssumeRole', Resource: '*' } };
    scenario.cloud.directory.putUserPolicy(ACCOUNT_A, 'nobody', { name: 'tomorrow', document });
    await assume(nobody, VIEWER);
  });
});

test('a viewer looks, and touches nothing', async () => {
  const { keys } = await assume(scenario.as(scenario.keysOf('lister')), VIEWER);
  const { s3 } = scenario.as(keys);
  const there = { Bucket: 'theirs-222222222222', Key: 'file' };
  await scenario.as(scenario.cloud.operator(ACCOUNT_B)).s3.send(new PutObjectCommand({ ...there, Body: 'x' }));
  expect((await s3.send(new ListBucketsCommand({}))).Buckets).toHaveLength(1);
  await s3.send(new GetObjectCommand(there));
  await expect(s3.send(new PutObjectCommand({ ...there, Body: 'y' }))).rejects.toMatchObject({ name: 'AccessDenied' });
});
