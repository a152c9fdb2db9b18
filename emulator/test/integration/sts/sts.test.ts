import { createHash } from 'node:crypto';
import { Agent } from 'node:https';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IamAuthorizer } from '../../../authorization/authorizer.ts';
import { parsePolicy } from '../../../authorization/policy.ts';
import type { AccessKey } from '../../../core/credentials.ts';
import { Gateway } from '../../../http/gateway.ts';
import { createCertificate } from '../../../http/tls.ts';
import { Directory } from '../../../services/iam/state/directory.ts';
import type { Role } from '../../../services/iam/state/entities.ts';
import { StsService } from '../../../services/sts/service.ts';

const A = '111111111111';
const B = '222222222222';
const EXTERNAL_ID = 'relay:uploads';

const clock = () => Date.now();
const directory = new Directory(clock);
directory.addAccount(A);
directory.addAccount(B);
const authorizer = new IamAuthorizer(directory);
const sts = new StsService({ directory, authorizer });

const mayAssume = [
  {
    name: 'assume',
    document: parsePolicy(
      { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' } },
      'the test',
    ),
  },
];
const trust = (Principal: object, Condition?: object) =>
  parsePolicy(
    {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal, ...(Condition && { Condition }) },
    },
    'the test',
    'trust',
  );

directory.addUser({ account: A, name: 'ann', policies: mayAssume });
directory.addUser({ account: A, name: 'bob' });
const ann = directory.addAccessKey(A, 'ann');
const bob = directory.addAccessKey(A, 'bob');
const root = directory.addRootKey(A);
const relay = directory.addRole({
  account: A,
  name: 'relay',
  path: '/jobs/',
  trust: trust({ AWS: `arn:aws:iam::${A}:root`, Service: 'lambda.amazonaws.com' }),
  policies: mayAssume,
  maxSessionDurationSeconds: 7200,
});
/** As the relay's writer role: the account is trusted, but only for one role and with the external id. */
const writer = directory.addRole({
  account: B,
  name: 'writer',
  trust: trust(
    { AWS: `arn:aws:iam::${A}:root` },
    { ArnEquals: { 'aws:PrincipalArn': relay.arn }, StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
  ),
  policies: mayAssume,
  maxSessionDurationSeconds: 7200,
});
const bobsOwn = directory.addRole({
  account: A,
  name: 'bobs-own',
  trust: trust({ AWS: `arn:aws:iam::${A}:user/bob` }),
});

let gateway: Gateway;
let endpoint: string;
let agent: Agent;

beforeAll(async () => {
  const certificate = await createCertificate();
  gateway = new Gateway({ directory, clock, services: { sts }, certificate });
  ({ url: endpoint } = await gateway.listen({ port: 0, host: '127.0.0.1' }));
  agent = new Agent({ ca: certificate.caPem, keepAlive: true });
});

afterAll(async () => {
  agent.destroy();
  await gateway.close();
});

function client(credentials: AccessKey & { sessionToken?: string }): STSClient {
  const requestHandler = new NodeHttpHandler({ httpsAgent: agent });
  return new STSClient({ endpoint, region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 });
}

function assume(credentials: AccessKey, role: Role | string, changes: Partial<AssumeRoleCommandInput> = {}) {
  const RoleArn = typeof role === 'string' ? role : role.arn;
  return client(credentials).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 's1', ...changes }));
}

function sessionPolicy(Resource: string): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource }] });
}

function incompressible(characters: number): string {
  const digests = Array.from({ length: 30 }, (_, index) => createHash('sha512').update(`${index}`).digest('base64url'));
  return digests.join('').slice(0, characters);
}

function refused(arn: string, roleArn: string) {
  const message = `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
  return { name: 'AccessDenied', message, $metadata: expect.objectContaining({ httpStatusCode: 403 }) };
}

async function relaySession(durationSeconds = 3600) {
  return directory.issueSession({ role: relay, sessionName: 'r1', durationSeconds });
}

const ANN = `arn:aws:iam::${A}:user/ann`;
const BOB = `arn:aws:iam::${A}:user/bob`;
const RELAY_SESSION = `arn:aws:sts::${A}:assumed-role/relay/r1`;

describe('GetCallerIdentity needs no permission', () => {
  test('of a user, of root and of a session', async () => {
    const identity = async (credentials: AccessKey) => {
      const { $metadata, ...rest } = await client(credentials).send(new GetCallerIdentityCommand({}));
      expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
      return rest;
    };
    expect(await identity(bob)).toEqual({ Account: A, Arn: BOB, UserId: directory.findUser(A, 'bob')?.userId });
    expect(await identity(root)).toEqual({ Account: A, Arn: `arn:aws:iam::${A}:root`, UserId: A });
    const session = await relaySession();
    expect(await identity(session)).toEqual({ Account: A, Arn: RELAY_SESSION, UserId: `${relay.roleId}:r1` });
  });

  test('but the right secret', async () => {
    const wrong = client({ ...bob, secretAccessKey: 'x' }).send(new GetCallerIdentityCommand({}));
    await expect(wrong).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    const unknown = client({ ...bob, accessKeyId: 'AKIAUNKNOWN' }).send(new GetCallerIdentityCommand({}));
    await expect(unknown).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
    });
  });
});

describe('who may assume a role', () => {
  test('a user whom trust and identity policies let in gets credentials that work', async () => {
    const before = Date.now();
    const { Credentials, AssumedRoleUser, PackedPolicySize } = await assume(ann, relay, { DurationSeconds: 7200 });
    expect(AssumedRoleUser).toEqual({
      AssumedRoleId: `${relay.roleId}:s1`,
      Arn: `arn:aws:sts::${A}:assumed-role/relay/s1`,
    });
    expect(PackedPolicySize).toBeUndefined();
    expect(Credentials!.Expiration!.getTime()).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000 + 7_200_000);
    const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
    const credentials = { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
    const { Arn } = await client(credentials).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(AssumedRoleUser!.Arn);
  });

  test('within an account, a trust policy that names the user is enough', async () => {
    const { AssumedRoleUser } = await assume(bob, bobsOwn);
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${A}:assumed-role/bobs-own/s1`);
  });

  test('a trust policy that names only the account wants the identity policy too', async () => {
    await expect(assume(bob, relay)).rejects.toMatchObject(refused(BOB, relay.arn));
  });

  test('an identity policy alone opens nothing', async () => {
    await expect(assume(ann, bobsOwn)).rejects.toMatchObject(refused(ANN, bobsOwn.arn));
  });

  test('across accounts: only the role that is named, and only with the external id', async () => {
    const session = await relaySession();
    const { AssumedRoleUser } = await assume(session, writer, { ExternalId: EXTERNAL_ID });
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${B}:assumed-role/writer/s1`);
    const denied = refused(RELAY_SESSION, writer.arn);
    await expect(assume(session, writer)).rejects.toMatchObject(denied);
    await expect(assume(session, writer, { ExternalId: 'relay:upload' })).rejects.toMatchObject(denied);
    await expect(assume(ann, writer, { ExternalId: EXTERNAL_ID })).rejects.toMatchObject(refused(ANN, writer.arn));
  });

  test('a role that does not exist answers like one that refuses', async () => {
    const missing = `arn:aws:iam::${A}:role/missing`;
    await expect(assume(ann, missing)).rejects.toMatchObject(refused(ANN, missing));
  });

  test('never root', async () => {
    await expect(assume(root, relay)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  test('a service that the trust policy names', () => {
    const request = { roleArn: relay.arn, sessionName: 'fn', durationSeconds: 900 };
    const { accessKeyId } = sts.assumeRoleAsService({ ...request, service: 'lambda.amazonaws.com' });
    expect(directory.findAccessKey(accessKeyId)?.principal).toMatchObject({ kind: 'session', sessionName: 'fn' });
    expect(() => sts.assumeRoleAsService({ ...request, service: 'ec2.amazonaws.com' })).toThrow(
      `User: ec2.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${relay.arn}`,
    );
  });
});

describe('sessions', () => {
  test('a session policy narrows what the role may', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: `${relay.arn}-other` },
    });
    const { Credentials, PackedPolicySize } = await assume(ann, relay, { Policy });
    expect(PackedPolicySize).toBeGreaterThan(0);
    const principal = directory.findAccessKey(Credentials!.AccessKeyId!)!.principal;
    const caller = { principal, context: {} };
    const ask = (resource: string) =>
      authorizer.isAllowed({
        caller,
        action: 'sts:AssumeRole',
        resource,
        resourceAccount: A,
        resourcePolicy: relay.trust,
      });
    expect(ask(relay.arn)).toBe(false);
    expect(ask(`${relay.arn}-other`)).toBe(true);
  });

  test('a chained session lasts an hour at most', async () => {
    const session = await relaySession();
    const chained = (DurationSeconds: number) => assume(session, writer, { ExternalId: EXTERNAL_ID, DurationSeconds });
    await expect(chained(3600)).resolves.toHaveProperty('Credentials');
    await expect(chained(3601)).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    });
  });

  test.each<[string, Partial<AssumeRoleCommandInput>, string, RegExp]>([
    [
      'too short',
      { DurationSeconds: 899 },
      'ValidationError',
      /'899' at 'durationSeconds' .* greater than or equal to 900/,
    ],
    ['longer than any', { DurationSeconds: 43_201 }, 'ValidationError', /less than or equal to 43200/],
    [
      'longer than this role allows',
      { DurationSeconds: 7201 },
      'ValidationError',
      /MaxSessionDuration set for this role/,
    ],
    [
      'a name of one letter',
      { RoleSessionName: 'x' },
      'ValidationError',
      /'roleSessionName' .* length greater than or equal to 2/,
    ],
    ['a name with a slash', { RoleSessionName: 'a/b' }, 'ValidationError', /'roleSessionName' .* regular expression/],
    ['no role ARN', { RoleArn: `arn:aws:s3:::${'b'.repeat(20)}` }, 'ValidationError', /is invalid/],
    ['an external id of one letter', { ExternalId: 'x' }, 'ValidationError', /'externalId'/],
    ['a broken policy', { Policy: '{' }, 'MalformedPolicyDocumentException', /invalid Json/],
    [
      'a policy that is too long',
      { Policy: ' '.repeat(2049) },
      'ValidationError',
      /'policy' .* less than or equal to 2048/,
    ],
    [
      'a policy with characters beyond Latin-1',
      { Policy: sessionPolicy('arn:aws:s3:::b/日本/*') },
      'ValidationError',
      /'policy' failed to satisfy constraint: Member must satisfy regular expression pattern: \[\\u0009\\u000A\\u000D\\u0020-\\u00FF\]\+/,
    ],
    [
      'a policy with such characters as JSON escapes',
      { Policy: sessionPolicy('arn:aws:s3:::b/日').replace('日', '\\u65e5') },
      'MalformedPolicyDocumentException',
      /has the character U\+65E5/,
    ],
    [
      'a policy that names a resource of another partition',
      { Policy: sessionPolicy('arn:aws-cn:s3:::b/*') },
      'MalformedPolicyDocumentException',
      /Partition "aws-cn" is not valid for resource "arn:aws-cn:s3:::b\/\*"/,
    ],
    [
      'a policy that can’t be packed',
      { Policy: sessionPolicy(`arn:aws:s3:::b/${incompressible(1900)}`) },
      'PackedPolicyTooLargeException',
      /^Packed policy consumes 1\d\d% of allotted space, please use smaller policy\.$/,
    ],
    [
      'policy ARNs',
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/X' }] },
      'NotImplemented',
      /does not support PolicyArns/,
    ],
    ['tags', { Tags: [{ Key: 'a', Value: 'b' }] }, 'NotImplemented', /does not support Tags/],
  ])('are refused with a reason: %s', async (_, changes, name, message) => {
    await expect(assume(ann, relay, changes)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  test('a policy of Latin-1 characters is taken, and how much room it takes is told', async () => {
    const { PackedPolicySize } = await assume(ann, relay, { Policy: sessionPolicy('arn:aws:s3:::b/Müller & Söhne/*') });
    expect(PackedPolicySize).toBeGreaterThan(0);
    expect(PackedPolicySize).toBeLessThan(50);
  });

  test('an operation that is not there is named', async () => {
    await expect(client(ann).send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'Could not find operation GetSessionToken for version 2011-06-15',
    });
  });
});
