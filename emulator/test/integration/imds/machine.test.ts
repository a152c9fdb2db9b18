/** A machine's metadata service, asked as its programs ask it, with its role's session used against the other services. */
import { Agent } from 'node:https';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import type { Machine } from '../../../services/imds/machine.ts';
import { templateStack } from '../../../templates/assembly.ts';

const A = '111111111111';
const B = '222222222222';
const MINUTE_MS = 60_000;
const PATH = '/latest/meta-data/iam/security-credentials/';
let aheadMs = 0;
let cloud: LocalCloud;
let machine: Machine;

const trust = (Principal: object) => ({ Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } });
const may = (Action: string) => [
  { PolicyName: 'may', PolicyDocument: { Statement: { Effect: 'Allow', Action, Resource: '*' } } },
];

beforeAll(async () => {
  const role = (name: string, Service: string) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: name,
      Path: '/machines/',
      AssumeRolePolicyDocument: trust({ Service }),
      Policies: may('sts:*'),
    },
  });
  const profile = (name: string) => ({
    Type: 'AWS::IAM::InstanceProfile',
    Properties: { InstanceProfileName: name, Roles: [name], Path: '/machines/' },
    DependsOn: name,
  });
  const place = { account: A, region: 'eu-west-1' };
  const stack = templateStack({
    ...place,
    name: 'machines',
    template: {
      Resources: {
        app: role('app', 'ec2.amazonaws.com'),
        appProfile: profile('app'),
        closed: role('closed', 'lambda.amazonaws.com'),
        closedProfile: profile('closed'),
      },
    },
  });
  cloud = await LocalCloud.start({
    stacks: [stack],
    accountsWithOperator: [A, B],
    clock: () => Date.now() + aheadMs,
    clientClock: Date.now,
  });
  machine = await cloud.startMachine({ ...place, instanceProfile: 'app' });
});

afterAll(async () => {
  expect(cloud.unexpectedErrors).toEqual([]);
  await cloud.close();
});

async function ask(path: string, { at = machine, method = 'GET', headers = {} as Record<string, string> } = {}) {
  const answer = await fetch(`${at.url}${path}`, { method, headers });
  return { status: answer.status, text: await answer.text() };
}

const tokenFor = (seconds: string, more = {}, at = machine) => {
  const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': seconds, ...more };
  return ask('/latest/api/token', { at, method: 'PUT', headers });
};

async function read(path: string, at = machine): Promise<string> {
  const { text: token } = await tokenFor('21600', {}, at);
  const { status, text } = await ask(path, { at, headers: { 'x-aws-ec2-metadata-token': token } });
  return status === 200 ? text : String(status);
}

function sts(keys: { AccessKeyId: string; SecretAccessKey: string; Token: string }): STSClient {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) });
  const credentials = {
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.Token,
  };
  return new STSClient({ endpoint: cloud.url, region: 'eu-west-1', credentials, requestHandler, maxAttempts: 1 });
}

test.each<[string, string, Record<string, string>, number]>([
  ['without a token, as version 1 asks', 'GET', {}, 401],
  ['with a token of nobody', 'GET', { 'x-aws-ec2-metadata-token': 'x' }, 401],
  ['by another method', 'POST', {}, 405],
])('asked %s it refuses', async (_, method, headers, status) => {
  expect((await ask(PATH, { method, headers })).status).toBe(status);
});

test.each([['0'], ['21601'], ['x'], ['-1']])('a token for %s seconds is refused', async (seconds) => {
  expect((await tokenFor(seconds)).status).toBe(400);
});

test('a token is given only by PUT, with a time to live, and to nobody behind a proxy', async () => {
  expect((await ask('/latest/api/token', { method: 'PUT' })).status).toBe(400);
  expect((await ask('/latest/api/token')).status).toBe(405);
  expect((await tokenFor('60', { 'x-forwarded-for': '192.0.2.1' })).status).toBe(403);
});

test('a token ends with its time', async () => {
  const { text: token } = await tokenFor('60');
  const headers = { 'x-aws-ec2-metadata-token': token };
  expect((await ask(PATH, { headers })).status).toBe(200);
  aheadMs += MINUTE_MS;
  expect((await ask(PATH, { headers })).status).toBe(401);
});

test('it tells the role, the profile, the place and the machine', async () => {
  expect(await read(PATH)).toBe('app');
  expect(await read('/latest/meta-data/placement/region')).toBe('eu-west-1');
  expect(await read('/latest/meta-data/placement/availability-zone/')).toBe('eu-west-1a');
  expect(await read('/latest/meta-data/')).toBe('iam/\ninstance-id\nplacement/');
  expect(await read('/latest/meta-data/iam')).toBe('info\nsecurity-credentials/');
  expect(JSON.parse(await read('/latest/meta-data/iam/info'))).toMatchObject({
    Code: 'Success',
    InstanceProfileArn: `arn:aws:iam::${A}:instance-profile/machines/app`,
  });
  expect(JSON.parse(await read('/latest/dynamic/instance-identity/document'))).toMatchObject({
    accountId: A,
    region: 'eu-west-1',
    instanceId: machine.instanceId,
  });
  expect(await read(`${PATH}other`)).toBe('404');
  expect(await read('/latest/user-data')).toBe('404');
});

test('the session is the machine’s; it stays for six hours less five minutes, and then there is another', async () => {
  const credentials = async () => JSON.parse(await read(`${PATH}app`));
  const first = await credentials();
  expect(first).toMatchObject({ Code: 'Success', Type: 'AWS-HMAC' });
  const { Arn } = await sts(first).send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe(`arn:aws:sts::${A}:assumed-role/app/${machine.instanceId}`);
  const lastsMs = new Date(first.Expiration).getTime() - new Date(first.LastUpdated).getTime();
  expect(lastsMs / MINUTE_MS).toBe(360);
  aheadMs += 354 * MINUTE_MS;
  expect(await credentials()).toEqual(first);
  aheadMs += MINUTE_MS;
  const second = await credentials();
  expect(second.AccessKeyId).not.toBe(first.AccessKeyId);
  aheadMs += 6 * MINUTE_MS;
  await expect(sts(first).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
  await sts(second).send(new GetCallerIdentityCommand({}));
});

test('from it, another account’s role is assumed for an hour at most', async () => {
  cloud.directory.addRole({
    account: B,
    name: 'drop',
    trust: trust({ AWS: `arn:aws:iam::${A}:role/machines/app` }) as never,
    maxSessionDurationSeconds: 43_200,
  });
  const client = sts(JSON.parse(await read(`${PATH}app`)));
  const assume = (DurationSeconds: number) =>
    client.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${B}:role/drop`, RoleSessionName: 'from-app', DurationSeconds }),
    );
  await assume(3600);
  await expect(assume(3601)).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
  });
});

test('a role that doesn’t let EC2 in gives no keys, and says so', async () => {
  const closed = await cloud.startMachine({ account: A, region: 'eu-west-1', instanceProfile: 'closed' });
  expect(JSON.parse(await read(`${PATH}closed`, closed))).toMatchObject({
    Code: 'AssumeRoleUnauthorizedAccess',
    Message: expect.stringContaining('EC2 cannot assume the role closed.'),
  });
});

test('a profile without a role, or that is gone, has no credentials', async () => {
  const profile = cloud.directory.instanceProfiles.find(A, 'app')!;
  const { roles } = profile;
  profile.roles = [];
  expect(await read(PATH)).toBe('404');
  profile.roles = roles;
  expect(await read(PATH)).toBe('app');
  const unknown = cloud.startMachine({ account: A, region: 'eu-west-1', instanceProfile: 'nobody' });
  await expect(unknown).rejects.toThrow(`Instance Profile nobody cannot be found in account ${A}.`);
});
