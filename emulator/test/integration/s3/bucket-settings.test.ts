/** A bucket made and furnished by the S3 API: its policy, ownership, public access block, encryption and versioning. */
import {
  CreateBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, OTHER_ACCOUNT, REGION, S3Fixture } from './s3-fixture.ts';

const Bucket = 'furnished-by-hand';
const ARN = `arn:aws:s3:::${Bucket}`;
let fixture: S3Fixture;
let owner: S3Client;
let guest: S3Client;

beforeAll(async () => {
  fixture = await S3Fixture.start();
  owner = fixture.user('owner', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
  guest = fixture.user('guest', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }], OTHER_ACCOUNT);
  const CreateBucketConfiguration = { LocationConstraint: REGION as 'eu-central-1' };
  await owner.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
});
afterEach(() => fixture.endTest());
afterAll(() => fixture.close());

const statement = (more: object) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: `${ARN}/*`, ...more });
const policyOf = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const putPolicy = (Policy: string, by = owner) => by.send(new PutBucketPolicyCommand({ Bucket, Policy }));
const NOT_APPLIED = 'Action does not apply to any resource(s) in statement';
const guestArn = `arn:aws:iam::${OTHER_ACCOUNT}:user/guest`;

async function refusal(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => 'done',
    ({ name, message }: Error) => `${name}: ${message}`,
  );
}

describe('a bucket policy', () => {
  test('lets a guest in as long as it is there', async () => {
    await owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    const read = () => guest.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
    await putPolicy(policyOf(statement({ Principal: { AWS: guestArn } })));
    await read();
    // Kept by the user's id, shown by its ARN.
    const { Policy } = await owner.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy!).Statement).toEqual([statement({ Principal: { AWS: guestArn } })]);
    await owner.send(new DeleteBucketPolicyCommand({ Bucket }));
    await owner.send(new DeleteBucketPolicyCommand({ Bucket }));
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await refusal(owner.send(new GetBucketPolicyCommand({ Bucket })))).toBe(
      'NoSuchBucketPolicy: The bucket policy does not exist',
    );
  });

  test.each<readonly [string, string, string]>([
    ['no JSON', 'x', "MalformedPolicy: Policies must be valid JSON and the first byte must be '{'"],
    [
      'a user that is not there',
      policyOf(statement({ Principal: { AWS: `${guestArn}s` } })),
      `MalformedPolicy: Invalid principal in policy: "AWS":"${guestArn}s"`,
    ],
    [
      'another bucket',
      policyOf(statement({ Principal: { AWS: guestArn }, Resource: `${ARN}-other/*` })),
      'MalformedPolicy: Policy has invalid resource',
    ],
    [
      'another service',
      policyOf(statement({ Principal: { AWS: guestArn }, Action: 'sqs:SendMessage' })),
      'MalformedPolicy: Policy has invalid action',
    ],
    ...(
      [
        ['an action that S3 has not', { Action: ['s3:GetObject', 's3:HeadObject'] }, 'Policy has invalid action'],
        ['a pattern of no action', { Action: 's3:Fetch*' }, 'Policy has invalid action'],
        ["an object's action on the bucket", { Resource: ARN }, NOT_APPLIED],
        ["the bucket's action on its objects", { Action: ['s3:GetObject', 's3:ListBucket'] }, NOT_APPLIED],
        ["a pattern of the bucket's actions on its objects", { Action: 's3:PutBucket*' }, NOT_APPLIED],
        ['an action of accounts', { Action: 's3:ListAllMyBuckets', Resource: `${ARN}*` }, NOT_APPLIED],
      ] as const
    ).map(
      ([what, more, message]) =>
        [what, policyOf(statement({ Principal: { AWS: guestArn }, ...more })), `MalformedPolicy: ${message}`] as const,
    ),
    [
      'everybody, while that is blocked',
      policyOf(statement({ Principal: '*' })),
      `AccessDenied: User: arn:aws:iam::${ACCOUNT}:user/owner is not authorized to perform: s3:PutBucketPolicy on resource: "${ARN}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
    ],
  ])('is refused for %s', async (_, policy, expected) => {
    expect(await refusal(putPolicy(policy))).toBe(expected);
  });

  test('is taken where each action applies to one of the resources', async () => {
    const to = (more: object) => statement({ Principal: { AWS: guestArn }, ...more });
    await putPolicy(
      policyOf(
        to({ Action: ['S3:getobject', 's3:ListBucket'], Resource: [ARN, `${ARN}/*`] }),
        to({ Action: ['s3:GetObjectTorrent', 's3:GetLifecycleConfiguration'], Resource: `${ARN}*` }),
        to({ Action: ['s3:*', '*', 's3:Get*'], Resource: ARN }),
        to({ Action: 's3:List*' }),
        to({ Effect: 'Deny', Action: 's3:ListBucket', Resource: undefined, NotResource: `${ARN}/*` }),
      ),
    );
    await owner.send(new DeleteBucketPolicyCommand({ Bucket }));
  });

  test.each<[string, object, boolean]>([
    ['everybody', { Principal: '*' }, true],
    [
      'everybody from the office',
      { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } },
      false,
    ],
    [
      'everybody from nearly anywhere',
      { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } } },
      true,
    ],
    [
      'everybody but one',
      { Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalAccount': ACCOUNT } } },
      true,
    ],
    ['everybody by TLS', { Principal: { AWS: '*' }, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }, true],
    ['an account', { Principal: { AWS: OTHER_ACCOUNT } }, false],
    ['nobody', { Principal: '*', Effect: 'Deny' }, false],
  ])('for %s is told public or not', async (_, more, isPublic) => {
    await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await putPolicy(policyOf(statement(more)));
    const { PolicyStatus } = await owner.send(new GetBucketPolicyStatusCommand({ Bucket }));
    expect(PolicyStatus!.IsPublic).toBe(isPublic);
    await owner.send(new DeleteBucketPolicyCommand({ Bucket }));
    const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
    await owner.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: all }));
    expect(await refusal(putPolicy(policyOf(statement(more))))).toMatch(isPublic ? /^AccessDenied/ : /^done/);
    await owner.send(new DeleteBucketPolicyCommand({ Bucket }));
  });

  test('is changed by nobody of another account, and by the owner’s root whatever it says', async () => {
    const may = statement({ Principal: { AWS: guestArn }, Action: 's3:*', Resource: [ARN, `${ARN}/*`] });
    await putPolicy(policyOf(may));
    expect(await refusal(putPolicy(policyOf(may), guest))).toMatch(/^MethodNotAllowed/);
    await putPolicy(policyOf(statement({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: ARN })));
    expect(await refusal(putPolicy(policyOf(may)))).toMatch(
      /^AccessDenied: .* with an explicit deny in a resource-based/,
    );
    await fixture.root().send(new DeleteBucketPolicyCommand({ Bucket }));
  });
});

test('ownership controls turn ACLs on and off', async () => {
  const get = () => owner.send(new GetBucketOwnershipControlsCommand({ Bucket }));
  expect((await get()).OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
  const acl = () => refusal(owner.send(new PutObjectAclCommand({ Bucket, Key: 'k', ACL: 'private' })));
  expect(await acl()).toMatch(/^AccessControlListNotSupported/);
  const Rules = [{ ObjectOwnership: 'ObjectWriter' as const }];
  await owner.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }));
  expect((await get()).OwnershipControls).toEqual({ Rules });
  expect(await acl()).not.toMatch(/^AccessControlListNotSupported/);
  await owner.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
  expect(await refusal(get())).toBe('OwnershipControlsNotFoundError: The bucket ownership controls were not found');
  const unknown = [{ ObjectOwnership: 'Nobody' as never }];
  const put = owner.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: unknown } }));
  expect(await refusal(put)).toMatch(/^MalformedXML/);
});

test('the public access block is shown, replaced whole, and taken away', async () => {
  const get = () => owner.send(new GetPublicAccessBlockCommand({ Bucket }));
  const some = { BlockPublicAcls: true };
  await owner.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: some }));
  expect((await get()).PublicAccessBlockConfiguration).toEqual({
    BlockPublicAcls: true,
    IgnorePublicAcls: false,
    BlockPublicPolicy: false,
    RestrictPublicBuckets: false,
  });
  await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
  expect(await refusal(get())).toBe(
    'NoSuchPublicAccessBlockConfiguration: The public access block configuration was not found',
  );
});

test('new objects are encrypted by the bucket’s default', async () => {
  const put = (SSEAlgorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse', more = {}) =>
    owner.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm, ...more }, BucketKeyEnabled: true }],
        },
      }),
    );
  const shown = async () => {
    const answer = await owner.send(new GetBucketEncryptionCommand({ Bucket }));
    return answer.ServerSideEncryptionConfiguration!.Rules![0]!.ApplyServerSideEncryptionByDefault!.SSEAlgorithm;
  };
  await put('aws:kms');
  expect(await shown()).toBe('aws:kms');
  const { ServerSideEncryption } = await owner.send(new PutObjectCommand({ Bucket, Key: 'kms', Body: 'x' }));
  expect(ServerSideEncryption).toBe('aws:kms');
  await owner.send(new DeleteBucketEncryptionCommand({ Bucket }));
  expect(await shown()).toBe('AES256');
  expect(await refusal(put('AES256', { KMSMasterKeyID: 'k' }))).toMatch(/^InvalidArgument/);
  expect(await refusal(put('aws:kms:dsse'))).toMatch(/^NotImplemented/);
});

test('versions are kept once that is turned on', async () => {
  const put = (Status: 'Enabled' | 'Suspended', more = {}) =>
    owner.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status, ...more } }));
  expect((await owner.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  await put('Enabled');
  expect((await owner.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
  const { VersionId } = await owner.send(new PutObjectCommand({ Bucket, Key: 'v', Body: 'x' }));
  expect(VersionId).toMatch(/./);
  await put('Suspended');
  expect((await owner.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Suspended');
  expect(await refusal(put('Enabled', { MFADelete: 'Enabled' }))).toMatch(/^NotImplemented/);
});

test.each<[string, (client: S3Client) => Promise<unknown>]>([
  ['s3:PutBucketPolicy', (it) => it.send(new PutBucketPolicyCommand({ Bucket, Policy: '{}' }))],
  ['s3:GetBucketPolicy', (it) => it.send(new GetBucketPolicyCommand({ Bucket }))],
  ['s3:DeleteBucketPolicy', (it) => it.send(new DeleteBucketPolicyCommand({ Bucket }))],
  ['s3:GetBucketPolicyStatus', (it) => it.send(new GetBucketPolicyStatusCommand({ Bucket }))],
  ['s3:GetBucketOwnershipControls', (it) => it.send(new GetBucketOwnershipControlsCommand({ Bucket }))],
  ['s3:PutBucketOwnershipControls', (it) => it.send(new DeleteBucketOwnershipControlsCommand({ Bucket }))],
  ['s3:GetBucketPublicAccessBlock', (it) => it.send(new GetPublicAccessBlockCommand({ Bucket }))],
  ['s3:PutBucketPublicAccessBlock', (it) => it.send(new DeletePublicAccessBlockCommand({ Bucket }))],
  ['s3:PutEncryptionConfiguration', (it) => it.send(new DeleteBucketEncryptionCommand({ Bucket }))],
  [
    's3:PutBucketVersioning',
    (it) => it.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
  ],
])('%s is asked for', async (action, act) => {
  const name = `only-${action.replace(':', '-')}`;
  const without = fixture.user(name, [
    { Effect: 'Allow', Action: 's3:*', Resource: '*' },
    { Effect: 'Deny', Action: action, Resource: '*' },
  ]);
  expect(await refusal(act(without))).toContain(`not authorized to perform: ${action} on resource: "${ARN}"`);
});
