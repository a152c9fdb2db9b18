import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud, templateStack } from '../../../emulator/index.ts';
import { askCloudFormation, stackRequest } from '../../support/cloudformation.ts';
import { ACCOUNT_A, ACCOUNT_B, type TwoAccounts, twoAccountsOf } from '../../support/two-accounts.ts';

const FOLDER = new URL('../../../infra/templates/', import.meta.url);
const DESTINATION = readFileSync(new URL('upload-relay-destination.template.json', FOLDER), 'utf8');
const READER = readFileSync(new URL('upload-relay-reader.template.json', FOLDER), 'utf8');
const RIGHT = { RelayAccount: '012345678901', ExternalId: 'agreed-on', BucketName: 'deliveries-222222222222' };
const KEY_ID = '11111111-1111-1111-1111-111111111111';

let cloud: LocalCloud;
let accounts: TwoAccounts;

beforeAll(async () => {
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [ACCOUNT_A, ACCOUNT_B] });
  accounts = twoAccountsOf(cloud);
});
afterAll(() => cloud.close());

async function refusal(template: string, given: Record<string, string>): Promise<string> {
  const request = stackRequest('mistyped', template, { ...RIGHT, ...given });
  const error: Error = await askCloudFormation(accounts.b, 'CreateStack', request).then(
    () => expect.fail('the stack is made'),
    (refused) => refused,
  );
  expect(error.name).toBe('ValidationError');
  expect(cloud.directory.findRoleByArn(`arn:aws:iam::${ACCOUNT_B}:role/upload-relay-writer`)).toBeUndefined();
  return error.message;
}

const failed = (name: string, words: string) => `Parameter ${name} failed to satisfy constraint: must ${words}`;
const ACCOUNT = 'be the 12 digits of an AWS account, with the zeros at its beginning';
const ROLE = 'be a role name: 1 to 64 of A-Z a-z 0-9 _ + = , . @ -';
const PATH = 'be "/", or begin and end with "/", such as "/team/", without *, ? and $';
const ID = 'be 2 to 1,224 of A-Z a-z 0-9 _ + = , . @ : / - as STS takes them';
const BUCKET = 'be the name of a general purpose bucket';
const PREFIX = 'have no *, ? or $, which policies would read as wildcards';
const KEY = 'be the id of a KMS key';

/** With as much of the value as a title takes. */
function shown([parameter, value, words]: readonly [string, string, string]): [string, string, string, string] {
  return [parameter, value.slice(0, 40), value, words];
}

/** In both templates. */
const MISTAKES: [parameter: string, value: string, words: string][] = [
  ['RelayAccount', '12345678901', ACCOUNT],
  ['RelayAccount', '1234-5678-9012', ACCOUNT],
  ['RelayAccount', '*', ACCOUNT],
  ['RelayAccount', '', ACCOUNT],
  ['RelayRoleName', '*', ROLE],
  ['RelayRoleName', 'upload-relay*', ROLE],
  ['RelayRoleName', 'team/upload-relay', ROLE],
  ['RelayRoleName', '', ROLE],
  ['RelayRolePath', '/*/', PATH],
  ['RelayRolePath', 'team', PATH],
  ['RelayRolePath', '/team', PATH],
  ['RelayRolePath', '/${aws:username}/', PATH],
  ['ExternalId', 'x', ID],
  ['ExternalId', 'agreed on', ID],
  ['ExternalId', 'x'.repeat(1225), ID],
  ['ExternalId', '${aws:PrincipalAccount}', ID],
  ['BucketName', 'Deliveries', BUCKET],
  ['BucketName', 'de', BUCKET],
  ['BucketName', 'deliveries-*', BUCKET],
  ['BucketName', 'arn:aws:s3:::deliveries', BUCKET],
  ['BucketName', 'arn:aws-cn:s3:::deliveries', BUCKET],
  ['BucketName', '192.168.1.1', BUCKET],
  ['BucketName', 'a..b', BUCKET],
  ['BucketName', 'xn--a-bucket', BUCKET],
  ['BucketName', 'my-access-point-s3alias', BUCKET],
  ['BucketName', 'bucket--use1-az1--x-s3', BUCKET],
  ['Prefix', '*', PREFIX],
  ['Prefix', 'in/*', PREFIX],
  ['Prefix', 'in?/', PREFIX],
  ['Prefix', '${aws:username}/', PREFIX],
  ['Prefix', 'in\u0100/', PREFIX],
  ['Prefix', 'in\u{1f600}/', PREFIX],
  ['Prefix', 'in\u0007/', PREFIX],
  ['Prefix', 'in\n/', PREFIX],
  ['Prefix', '/in/', PREFIX],
  ['Prefix', 'in//', PREFIX],
  ['Prefix', 'a/../in/', PREFIX],
  ['Prefix', ' in/', PREFIX],
  ['Prefix', 'in/ ', PREFIX],
  ['Prefix', `${'x'.repeat(512)}/`, PREFIX],
  ['Encryption', 'AES256', 'be SSE-S3 or SSE-KMS'],
  ['KmsKeyId', `arn:aws:kms:eu-west-1:222222222222:key/${KEY_ID}`, KEY],
  ['KmsKeyId', 'alias/mine', KEY],
  ['KmsKeyAccount', '22222222222', ACCOUNT],
  ['PermissionsBoundary', 'boundary', 'be the ARN of a managed policy'],
  ['CopyTags', 'true', 'be yes or no'],
  ['NameSuffix', 'region', 'be none or account-and-region'],
];

describe('the template for account B refuses a mistyped', () => {
  test.each(
    [
      ...MISTAKES,
      ['CreateBucket', 'existing', 'be yes or no'] as const,
      ['Versioned', 'Enabled', 'be yes or no'] as const,
      ['CreateOnly', 'true', 'be yes or no'] as const,
      ['WriterRoleName', 'a role', ROLE] as const,
      ['WriterRolePath', '/*/', PATH] as const,
    ].map(shown),
  )('%s: %j', async (name, _, value, words) => {
    expect(await refusal(DESTINATION, { [name]: value })).toContain(failed(name, words));
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'SSE-KMS without a key',
      { Encryption: 'SSE-KMS' },
      'KmsKeyId is empty, and Encryption is SSE-KMS: give the id of the key',
    ],
    ['a key without SSE-KMS', { KmsKeyId: KEY_ID }, 'KmsKeyId is given, and Encryption is SSE-S3'],
    ["a key's account without a key", { KmsKeyAccount: ACCOUNT_B }, 'KmsKeyAccount is given, and KmsKeyId is empty'],
    [
      'createOnly on an existing bucket',
      { CreateBucket: 'no', CreateOnly: 'yes' },
      'CreateOnly is yes, and CreateBucket is no',
    ],
    ['the external id of the example', { ExternalId: 'agree-on-a-value-of-your-own' }, 'ExternalId is an example'],
  ])('combination: %s', async (_, given, words) => {
    expect(await refusal(DESTINATION, given)).toContain(words);
  });

  test('parameter that it has not', async () => {
    expect(await refusal(DESTINATION, { Bucket: 'x' })).toBe('Parameters: [Bucket] do not exist in the template');
  });
});

describe('the template for a customer refuses a mistyped', () => {
  test.each(
    [
      ...MISTAKES,
      ['ReplayRoleName', 'upload-relay-replay*', ROLE] as const,
      ['ReaderRoleName', 'a role', ROLE] as const,
      ['ReaderRolePath', '/*/', PATH] as const,
    ].map(shown),
  )('%s: %j', async (name, _, value, words) => {
    expect(await refusal(READER, { [name]: value })).toContain(failed(name, words));
  });
});

describe('a stack set', () => {
  const stackIn = (account: string, region: string) =>
    templateStack({
      account,
      region,
      name: 'StackSet-upload-relay-destination',
      template: JSON.parse(DESTINATION),
      parameters: { ...RIGHT, BucketName: 'deliveries', CreateOnly: 'yes', NameSuffix: 'account-and-region' },
    });

  test('makes stacks of one template in accounts and regions, under names of their own', async () => {
    const places = [
      [ACCOUNT_B, 'eu-west-1'],
      [ACCOUNT_B, 'us-east-1'],
      ['333333333333', 'us-east-1'],
    ] as const;
    for (const [account, region] of places) await cloud.deploy(stackIn(account, region));
    for (const [account, region] of places) {
      expect(cloud.s3.bucket(`deliveries-${account}-${region}`).settings).toMatchObject({ account, region });
      const role = cloud.directory.findRoleByArn(`arn:aws:iam::${account}:role/upload-relay-writer-${region}`);
      expect(JSON.stringify(role?.trust)).toContain('arn:aws:iam::012345678901:role/upload-relay');
    }
  });

  test('without names of their own fails where a role or a bucket is there already', async () => {
    const { parameters, ...stack } = stackIn(ACCOUNT_B, 'eu-central-1');
    const plain = { ...parameters, NameSuffix: 'none', BucketName: 'deliveries-plain' };
    await cloud.deploy({ ...stack, parameters: plain });
    const second = { ...stackIn(ACCOUNT_B, 'eu-west-2'), parameters: { ...plain, BucketName: 'deliveries-other' } };
    await expect(cloud.deploy(second)).rejects.toThrow(/upload-relay-writer.* already exists/);
  });
});
