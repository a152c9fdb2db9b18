/**
 * Ten ways to get it wrong, each made in the synthesized templates before the accounts come up: the check has to find it, to
 * say which side must change what, and where it gives a statement to paste, pasting it has to mend the matter.
 */
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  LocalCloud,
  type PolicyDocument,
  readAssembly,
  type StackInput,
  type Statement,
  templateStack,
} from '../../../emulator/index.ts';
import type { CheckAnswer } from '../../../functions/handlers/check.ts';
import {
  bucketStatements,
  check,
  checkOnce,
  failedLines,
  namesOf,
  propertiesOf,
  writerStatements,
  writerTrust,
} from '../../support/checked.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  changeRoutes,
  DESTINATION_BUCKET,
  EXTERNAL_ID,
  REGION,
  RELAY_LOG_GROUP,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
  twoAccountsOf,
  WRITER_ROLE_ARN,
} from '../../support/two-accounts.ts';

const ACCOUNT_C = '333333333333';
const BUCKET_ARN = `arn:aws:s3:::${DESTINATION_BUCKET}`;
const WRITES = ['a small object arrives', 'a large object arrives in parts'];

interface Pasteable {
  side: string;
  account: string;
  change: string;
  statement: Statement;
}

/** The one thing to mend that the check names: where several lines fail for the same reason, they must agree. */
function remedyIn(answer: CheckAnswer, line?: string): Pasteable {
  const failed = failedLines(answer).filter(({ check: name }) => line === undefined || name === line);
  expect(new Set(failed.map(({ remedy }) => JSON.stringify(remedy))).size).toBe(1);
  return failed[0]!.remedy as Pasteable;
}

function policy(...statements: Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

/** Brings the accounts up with a mistake, has it found, pastes what the check says, and looks again. */
async function findAndMend(
  change: (stacks: StackInput[]) => void,
  paste: (world: TwoAccounts, remedy: Pasteable) => void,
  line?: string,
): Promise<CheckAnswer> {
  const world = await startTwoAccounts({ change });
  try {
    const found = await check(world);
    expect(found.passed).toBe(false);
    paste(world, remedyIn(found, line));
    expect((await check(world)).table).toContain('All is as it must be.');
    return found;
  } finally {
    await world.close();
  }
}

describe('with everything as committed', () => {
  let world: TwoAccounts;
  let answer: CheckAnswer;

  beforeAll(async () => {
    world = await startTwoAccounts();
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'x', Body: 'x' }));
    await world.cloud.settled();
    answer = await check(world);
  });

  afterAll(async () => {
    expect(world.cloud.unexpectedErrors).toEqual([]);
    await world.close();
  });

  test('every line is ok but for one advice, and none was left out', () => {
    expect(answer.lines.map(({ check: name, route, status }) => [name, route, status])).toEqual([
      ['who am I', undefined, 'ok'],
      ['the clocks agree', undefined, 'ok'],
      ['the ledger is protected', undefined, 'advised'],
      ['a missing object is told apart', undefined, 'ok'],
      ['the source can be read', undefined, 'ok'],
      ['the bucket tells of uploads', undefined, 'ok'],
      ['the queue takes them', undefined, 'ok'],
      ['the queue feeds the relay', undefined, 'ok'],
      ['the relay may run', undefined, 'ok'],
      ['source and ledger agree', undefined, 'skipped'],
      ['a canary comes across', 'main', 'skipped'],
      ['the writer role lets the relay in', 'main', 'ok'],
      ['a small object arrives', 'main', 'ok'],
      ['a large object arrives in parts', 'main', 'ok'],
      ['a wrong checksum is refused', 'main', 'ok'],
      ['GET is refused', 'main', 'ok'],
      ['HEAD is refused', 'main', 'ok'],
      ['LIST is refused', 'main', 'ok'],
      ['DELETE is refused', 'main', 'ok'],
      ['PUT outside the prefix is refused', 'main', 'ok'],
      ['plain HTTP is refused', 'main', 'ok'],
      ['a wrong external id is refused', 'main', 'ok'],
      ['the public is refused', 'main', 'ok'],
    ]);
    expect(answer.passed).toBe(true);
  });

  test('it runs as the relay itself', () => {
    expect(answer.lines[0]!.found).toMatch(/^arn:aws:iam::111111111111:role\/upload-relay \(AROA\w+\)$/);
  });

  test('the probe lies at the destination, and nothing else was left there', () => {
    expect(
      world.cloud.s3
        .bucket(DESTINATION_BUCKET)
        .keys()
        .map((key) => key.replace(/[\w-]{36}/, '<id>')),
    ).toEqual(['incoming/upload-relay-check/<id>/in-parts', 'incoming/upload-relay-check/<id>/small', 'incoming/x']);
  });

  test('what it found stands in the relay’s log', () => {
    expect(world.cloud.logs.lines(RELAY_LOG_GROUP).some((line) => line.includes('"message":"checked"'))).toBe(true);
  });
});

test('a role that is made again is let in, since the trust names it by a condition', async () => {
  const world = await startTwoAccounts();
  makeRelayRoleAgain(world);
  const answer = await check(world);
  expect(answer.passed).toBe(true);
  expect(answer.lines[0]!.found).toContain('re-created since it was deployed');
  await world.close();
});

describe('ten mistakes are found, explained, and mended by what is there to paste', () => {
  test('1: wrong external id', async () => {
    const found = await findAndMend(
      (stacks) => {
        writerTrust(stacks).Condition.StringEquals['sts:ExternalId'] = 'misunderstood';
      },
      ({ cloud }, { side, account, change, statement }) => {
        expect([side, account]).toEqual(['destination', ACCOUNT_B]);
        expect(change).toContain(`the external ids differ: on the relay's side it is "${EXTERNAL_ID}"`);
        cloud.directory.replaceTrust(WRITER_ROLE_ARN, policy(statement));
      },
    );
    expect(namesOf(failedLines(found))).toEqual(['the writer role lets the relay in']);
    expect(found.table).toContain(
      'awaited    not there yet, uploads would wait 72 h (403 AccessDenied: User: arn:aws:sts::111111111111:assumed-role/',
    );
    expect(found.table).toContain('"sts:ExternalId": "agree-on-a-value-of-your-own"');
    expect(found.table).toContain('1 of 23 awaited; to be deployed by: destination account 222222222222.');
  });

  describe('with a KMS key', () => {
    test('nothing is wrong as long as both sides know of it', async () => {
      const answer = await withKey(() => undefined);
      expect(answer.table).toContain('All is as it must be.');
      expect(answer.table).toMatch(/encrypted with arn:aws:kms:us-east-1:222222222222:key/);
    });

    test('2: missing KMS grant', async () => {
      const answer = await withKey((stacks) => {
        writerStatements(stacks).pop();
      });
      expect(namesOf(failedLines(answer))).toEqual(WRITES);
      const { side, change, statement } = failedLines(answer)[0]!.remedy!;
      expect(side).toBe('destination');
      expect(change).toContain('may not use the key that the bucket encrypts with');
      expect(statement).toMatchObject([
        { Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: expect.stringContaining(':key/') },
        { Principal: { AWS: WRITER_ROLE_ARN } },
      ]);
    });

    test('2: half a grant is enough for small objects only, and Decrypt is missed for large ones', async () => {
      const answer = await withKey((stacks) => {
        writerStatements(stacks).at(-1).Action = ['kms:GenerateDataKey'];
      });
      expect(namesOf(failedLines(answer))).toEqual(['a large object arrives in parts']);
      expect(answer.table).toContain('kms:Decrypt');
    });

    test('3: session policy too narrow, since this side does not know of the key', async () => {
      const answer = await withKey((stacks) => {
        changeRoutes(stacks, (route) => {
          if ('destination' in route) route.destination.kmsKeyArn = undefined;
        });
      });
      expect(namesOf(failedLines(answer))).toEqual(WRITES);
      const { side, account, change, statement } = failedLines(answer)[0]!.remedy!;
      expect([side, account]).toEqual(['source', ACCOUNT_A]);
      expect(change).toContain('session policy');
      expect(change).toContain('destination.kmsKeyArn');
      expect(statement).toMatchObject({ Resource: expect.stringMatching(/^arn:aws:kms:.*:key\//) });
    });

    test('a bucket that encrypts with another key than the agreed one is told', async () => {
      const answer = await withKey((stacks) => {
        propertiesOf(stacks, 'destination', 'AWS::S3::Bucket').BucketEncryption = undefined;
      });
      expect(namesOf(failedLines(answer))).toEqual(['a small object arrives']);
      expect(answer.table).toContain('stored without a KMS key');
    });
  });

  test('4: bucket in another account', async () => {
    const answer = await checkOnce({ change: (stacks) => moveBucket(stacks) });
    expect(namesOf(failedLines(answer))).toEqual(WRITES);
    const { side, account, change } = failedLines(answer)[0]!.remedy!;
    expect([side, account]).toEqual(['destination', ACCOUNT_B]);
    expect(change).toContain(`Bucket ${DESTINATION_BUCKET} does not seem to belong to account ${ACCOUNT_B}`);
  });

  test('4: … even if that account would let the relay write', async () => {
    const Principal = { AWS: ACCOUNT_B };
    const answer = await checkOnce({
      change: (stacks) =>
        moveBucket(stacks, { Effect: 'Allow', Principal, Action: 's3:*', Resource: `${BUCKET_ARN}/*` }),
    });
    expect(failedLines(answer)[0]!.remedy!.change).toContain('does not seem to belong to');
    expect(answer.lines.find((line) => line.check === 'a small object arrives')!.status).toBe('failed');
  });

  test('5: prefix mismatch', async () => {
    const found = await findAndMend(
      (stacks) => {
        writerStatements(stacks)[0].Resource = `${BUCKET_ARN}/arrivals/*`;
      },
      ({ cloud }, { side, change, statement }) => {
        expect(side).toBe('destination');
        expect(change).toContain('may not put objects under "incoming/" (because no identity-based policy allows');
        cloud.directory.putRolePolicy(WRITER_ROLE_ARN, { name: 'pasted', document: policy(statement) });
      },
    );
    expect(namesOf(failedLines(found))).toEqual(WRITES);
  });

  test('6: role re-created, and trusted by its old id', async () => {
    const world = await startTwoAccounts({
      change: (stacks) => {
        Object.assign(writerTrust(stacks), { Principal: { AWS: RELAY_ROLE_ARN } });
        writerTrust(stacks).Condition.ArnEquals = undefined;
        // AWS takes no principal that doesn't exist yet.
        stacks.sort(({ name }) => (name === 'upload-relay-source' ? -1 : 1));
      },
    });
    makeRelayRoleAgain(world);
    const { side, change, statement } = remedyIn(await check(world));
    expect(side).toBe('destination');
    expect(change).toMatch(/was re-created since it was deployed: it was AROA\w+ and is AROA\w+/);
    world.cloud.directory.replaceTrust(WRITER_ROLE_ARN, policy(statement));
    expect((await check(world)).passed).toBe(true);
    await world.close();
  });

  test('7: ACLs required', async () => {
    await findAndMend(
      (stacks) => {
        bucketStatements(stacks).push({
          Sid: 'AsOneUsedTo',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:PutObject',
          Resource: `${BUCKET_ARN}/*`,
          Condition: { StringNotEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
        });
      },
      ({ cloud }, { side, change, statement }) => {
        expect(side).toBe('destination');
        expect(change).toContain('demands an ACL on each write, and the relay sends none');
        expect(statement).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
        const { settings } = cloud.s3.bucket(DESTINATION_BUCKET);
        const kept = [settings.policy!.Statement].flat().filter(({ Sid }) => Sid !== 'AsOneUsedTo');
        cloud.s3.setBucketPolicy(DESTINATION_BUCKET, policy(...kept));
      },
    );
  });

  test('8: Object Lock: small objects arrive, large ones do not', async () => {
    const found = await findAndMend(
      (stacks) => {
        Object.assign(propertiesOf(stacks, 'destination', 'AWS::S3::Bucket'), {
          ObjectLockEnabled: true,
          ObjectLockConfiguration: {
            ObjectLockEnabled: 'Enabled',
            Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 30 } },
          },
        });
      },
      ({ cloud }, { side, change, statement }) => {
        expect(side).toBe('destination');
        expect(change).toContain('Object Lock with a default retention');
        expect(statement).toEqual({ ObjectLockEnabled: 'Enabled' });
        cloud.s3.bucket(DESTINATION_BUCKET).settings.objectLock = {};
      },
    );
    expect(namesOf(failedLines(found))).toEqual(['a large object arrives in parts']);
  });

  test('9: public access block: off, with a policy that lets everybody read', async () => {
    const found = await findAndMend(
      (stacks) => {
        const bucket = propertiesOf(stacks, 'destination', 'AWS::S3::Bucket');
        for (const name of Object.keys(bucket.PublicAccessBlockConfiguration)) {
          bucket.PublicAccessBlockConfiguration[name] = false;
        }
        const Resource = `${BUCKET_ARN}/*`;
        bucketStatements(stacks).push({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource });
      },
      ({ cloud }, { side, change, statement }) => {
        expect(side).toBe('destination');
        expect(change).toContain('block public access');
        const block = statement as unknown as Record<string, boolean>;
        const { settings } = cloud.s3.bucket(DESTINATION_BUCKET);
        settings.publicAccessBlock = {
          blockPublicAcls: block['BlockPublicAcls']!,
          ignorePublicAcls: block['IgnorePublicAcls']!,
          blockPublicPolicy: block['BlockPublicPolicy']!,
          restrictPublicBuckets: block['RestrictPublicBuckets']!,
        };
        const kept = [settings.policy!.Statement].flat().filter(({ Effect }) => Effect === 'Deny');
        cloud.s3.setBucketPolicy(DESTINATION_BUCKET, policy(...kept));
      },
      'the public is refused',
    );
    // Everybody includes the writer role.
    expect(namesOf(failedLines(found))).toEqual(['GET is refused', 'HEAD is refused', 'the public is refused']);
  });

  test.each([
    ['behind', 20],
    ['ahead of', -3],
  ])('10: clock skew: this clock is %s AWS’s', async (where, minutes) => {
    const answer = await checkOnce({ clock: () => Date.now() + minutes * 60_000 });
    const [line, ...others] = failedLines(answer);
    expect(others).toEqual([]);
    expect(line).toMatchObject({ check: 'the clocks agree', remedy: { side: 'source', account: ACCOUNT_A } });
    expect(line!.found).toMatch(new RegExp(`^this clock is \\d+ s ${where} AWS's$`));
  });
});

describe('every refusal is missed when it does not come', () => {
  test('a writer role that may too much, over any connection, for anybody of account A', async () => {
    const answer = await checkOnce({
      change: (stacks) => {
        writerStatements(stacks).push({ Effect: 'Allow', Action: 's3:*', Resource: [BUCKET_ARN, `${BUCKET_ARN}/*`] });
        bucketStatements(stacks).length = 0;
        bucketStatements(stacks).push({
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:PutObjectAcl',
          Resource: `${BUCKET_ARN}/*`,
        });
        writerTrust(stacks).Condition.StringEquals = undefined;
      },
    });
    expect(namesOf(failedLines(answer))).toEqual([
      'GET is refused',
      'HEAD is refused',
      'LIST is refused',
      'DELETE is refused',
      'PUT outside the prefix is refused',
      'plain HTTP is refused',
      'a wrong external id is refused',
    ]);
    expect(answer.table).toContain('"Sid": "RefusePlainHttp"');
  });
});

test('a route with tags and a storage class is tried with both, on either side', async () => {
  const answer = await checkOnce({
    change: (stacks) =>
      changeRoutes(stacks, (route) => {
        Object.assign(route, { copyTags: true, storageClass: 'STANDARD_IA' });
      }),
  });
  expect(namesOf(failedLines(answer))).toEqual(WRITES);
  expect(failedLines(answer)[0]!.found).toContain('s3:PutObjectTagging');
  expect(failedLines(answer)[0]!.remedy!.statement).toMatchObject({ Action: ['s3:PutObject', 's3:PutObjectTagging'] });

  const world = await startTwoAccounts({
    change: (stacks) => {
      writerStatements(stacks)[0].Action = ['s3:PutObject', 's3:PutObjectTagging'];
      changeRoutes(stacks, (route) => {
        Object.assign(route, { copyTags: true, storageClass: 'STANDARD_IA' });
      });
    },
  });
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'x', Body: 'x' }));
  const own = await check(world);
  expect(namesOf(failedLines(own))).toEqual(['the source can be read']);
  expect(own.table).toContain('s3:GetObjectTagging');
  expect(await storedAs(world, 'small')).toEqual(['STANDARD_IA', 1]);
  expect(await storedAs(world, 'in-parts')).toEqual(['STANDARD_IA', 1]);
  await world.close();
});

describe('what this side lacks is told as well', () => {
  test.each([
    ['ReadObjects', ['a missing object is told apart', 'the source can be read'], 's3:GetObjectVersion'],
    ['TellMissingObjects', ['a missing object is told apart', 'the source can be read'], 's3:ListBucket'],
    ['AssumeWriterRoles', ['the writer role lets the relay in'], 'sts:ExternalId'],
  ])('without %s', async (sid, expected, action) => {
    const world = await startTwoAccounts({
      change: (stacks) => {
        for (const { Type, Properties } of stacks.flatMap(({ template }) => Object.values(template.Resources))) {
          if (Type !== 'AWS::IAM::Policy') continue;
          const document = Properties!['PolicyDocument'] as unknown as { Statement: Statement[] };
          document.Statement = document.Statement.filter(({ Sid }) => Sid !== sid);
        }
      },
    });
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'x', Body: 'x' }));
    const answer = await check(world);
    expect(namesOf(failedLines(answer))).toEqual(expected);
    expect(JSON.stringify(failedLines(answer)[0]!.remedy!.statement)).toContain(action);
    await world.close();
  });
});

/** A probe's storage class and the number of its tags. */
async function storedAs({ cloud, b }: TwoAccounts, probe: string): Promise<unknown[]> {
  const Key = cloud.s3
    .bucket(DESTINATION_BUCKET)
    .keys()
    .find((key) => key.endsWith(`/${probe}`))!;
  const { StorageClass, TagCount } = await b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key }));
  return [StorageClass, TagCount];
}

/** As a person would, with the same policies. */
function makeRelayRoleAgain({ cloud: { directory } }: TwoAccounts): void {
  const { account, name, trust, policies } = directory.findRoleByArn(RELAY_ROLE_ARN)!;
  directory.removeRole(RELAY_ROLE_ARN);
  directory.addRole({ account, name, trust, policies });
}

/** The destination's bucket and its policy, deployed by somebody else. */
function moveBucket(stacks: StackInput[], ...statements: Statement[]): void {
  const destination = stacks.find(({ name }) => name === 'upload-relay-destination')!;
  const moved = Object.entries(destination.template.Resources).filter(([, { Type }]) => Type.startsWith('AWS::S3::'));
  bucketStatements(stacks).push(...statements);
  for (const [id] of moved) delete destination.template.Resources[id];
  const template = { Resources: Object.fromEntries(moved) };
  stacks.push(templateStack({ account: ACCOUNT_C, region: REGION, name: 'somebody-elses', template }));
}

/** The committed configuration with a customer managed key at the destination, and a mistake. */
async function withKey(mistake: (stacks: StackInput[]) => void): Promise<CheckAnswer> {
  const Principal = { AWS: `arn:aws:iam::${ACCOUNT_B}:root` };
  const KeyPolicy = policy({ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' });
  const keys = templateStack({
    account: ACCOUNT_B,
    region: REGION,
    name: 'keys',
    template: {
      Resources: { Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy } } },
      Outputs: { KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
    },
  });
  const cloud = await LocalCloud.start({ stacks: [keys], accountsWithOperator: [ACCOUNT_A, ACCOUNT_B] });
  try {
    const keyArn = cloud.outputs('keys')['KeyArn']!;
    const stacks = readAssembly(inject('assembly'));
    changeRoutes(stacks, (route) => {
      // Replay knows no ways out.
      if ('destination' in route) route.destination.kmsKeyArn = keyArn;
    });
    const ServerSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn };
    propertiesOf(stacks, 'destination', 'AWS::S3::Bucket').BucketEncryption = {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault }],
    };
    const Action = ['kms:GenerateDataKey', 'kms:Decrypt'];
    writerStatements(stacks).push({ Sid: 'EncryptObjects', Effect: 'Allow', Action, Resource: keyArn });
    mistake(stacks);
    for (const stack of stacks) await cloud.deploy(stack);
    return await check(twoAccountsOf(cloud));
  } finally {
    await cloud.close();
  }
}
