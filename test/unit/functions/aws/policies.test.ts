import { describe, expect, test } from 'vitest';
import { keyStatement, sourceStatements, writeStatements } from '../../../../functions/aws/policies.ts';
import { listingPolicy, readingPolicy, sessionPolicy } from '../../../../functions/aws/session-policy.ts';
import { aPull, aRoute } from '../../../support/relay.ts';

const KEY = 'arn:aws:kms:us-east-1:222222222222:key/k';
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const MAX_SESSION_POLICY_CHARACTERS = 2048;

describe('the session policy', () => {
  test('allows putting under the prefix and nothing else', () => {
    expect(JSON.parse(sessionPolicy(aRoute())).Statement).toEqual([
      { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::destination/in/*' },
    ]);
  });

  test('follows the route: tags, key, partition', () => {
    const route = aRoute({
      copyTags: true,
      writerRoleArn: 'arn:aws-cn:iam::222222222222:role/writer',
      destination: { region: 'cn-north-1', kmsKeyArn: 'arn:aws-cn:kms:cn-north-1:222222222222:key/k' },
    });
    expect(JSON.parse(sessionPolicy(route)).Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:PutObject', 's3:PutObjectTagging'],
        Resource: 'arn:aws-cn:s3:::destination/in/*',
      },
      {
        Effect: 'Allow',
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: 'arn:aws-cn:kms:cn-north-1:222222222222:key/k',
        Condition: {
          StringEquals: { 'kms:ViaService': 's3.cn-north-1.amazonaws.com' },
          StringLike: {
            'kms:EncryptionContext:aws:s3:arn': ['arn:aws-cn:s3:::destination', 'arn:aws-cn:s3:::destination/*'],
          },
        },
      },
    ]);
  });

  test('fits into what STS takes, with the longest names and prefix that synth takes', () => {
    const place = {
      bucket: 'b'.repeat(63),
      kmsKeyArn: `arn:aws-us-gov:kms:us-gov-west-1:222222222222:key/mrk-${'0'.repeat(32)}`,
    };
    const prefix = 'p'.repeat(512);
    const route = {
      ...aRoute({
        copyTags: true,
        destination: { ...place, prefix },
        writerRoleArn: 'arn:aws-us-gov:iam::222222222222:role/w',
      }),
      filter: { prefix, suffix: '' },
      pull: aPull({ ...place, readerRoleArn: 'arn:aws-us-gov:iam::333333333333:role/r' }),
    };
    for (const policy of [sessionPolicy(route), readingPolicy(route), listingPolicy(route)]) {
      expect(policy.length).toBeLessThanOrEqual(MAX_SESSION_POLICY_CHARACTERS);
    }
  });
});

describe('a key may be used through S3 only, for the bucket and for what begins with the prefix', () => {
  const contextOf = (prefix: string) =>
    writeStatements(aRoute({ destination: { kmsKeyArn: KEY, prefix } })).at(-1)!.Condition!['StringLike']![
      'kms:EncryptionContext:aws:s3:arn'
    ];

  test.each([
    ['none', '', 'arn:aws:s3:::destination/*'],
    ['plain', 'in/2026-01_a.b/', 'arn:aws:s3:::destination/in/2026-01_a.b/*'],
    ['with what S3 may spell otherwise, from there on', 'in/März 1/', 'arn:aws:s3:::destination/in/M*'],
  ])('prefix %s', (_, prefix, objects) => {
    expect(contextOf(prefix)).toEqual(['arn:aws:s3:::destination', objects]);
  });

  test.each([
    [['in/a/', 'in/b/'], 'in/'],
    [['a/', 'b/'], ''],
    [['a/', ''], ''],
    [['in/'], 'in/'],
  ])('of several prefixes %j, what all begin with', (prefixes, common) => {
    const bucketArn = 'arn:aws:s3:::source';
    const own = { bucketArn, prefixes, withTags: false, withCanary: false, kmsKeyArn: KEY };
    expect(sourceStatements(own).at(-1)!.Condition!['StringLike']).toEqual({
      'kms:EncryptionContext:aws:s3:arn': [bucketArn, `${bucketArn}/${common}*`],
    });
  });

  test('a key’s own policy, as check shows it, is no way round', () => {
    const route = aRoute({ destination: { kmsKeyArn: KEY } });
    expect(keyStatement(route, KEY).Condition).toEqual(writeStatements(route).at(-1)!.Condition);
  });
});
