import { RegionInfo } from 'aws-cdk-lib/region-info';
import { describe, expect, test } from 'vitest';
import {
  arnOf,
  bucketArnOf,
  DNS_SUFFIXES,
  dnsSuffixOf,
  findPartition,
  partitionOf,
  partitionOfArn,
  regionOfArn,
} from '../../../core/partition.ts';

const account = '111111111111';

describe('a region has one partition and one DNS suffix', () => {
  test.each([
    ['us-east-1', 'aws', 'amazonaws.com'],
    ['eu-central-2', 'aws', 'amazonaws.com'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
    ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
    ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
    ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk'],
    ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov'],
    ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ])('%s: %s, %s', (region, partition, suffix) => {
    expect([partitionOf(region), dnsSuffixOf(region)]).toEqual([partition, suffix]);
    expect(arnOf('sqs', { account, region }, 'q')).toBe(`arn:${partition}:sqs:${region}:${account}:q`);
    expect(bucketArnOf('b', region)).toBe(`arn:${partition}:s3:::b`);
  });

  test('all that the data knows have both', () => {
    const without = RegionInfo.regions.filter(({ name }) => !partitionOf(name) || !dnsSuffixOf(name));
    expect(without).toEqual([]);
  });
});

describe('a region that is newer than the data is where those are whose names begin alike', () => {
  test.each([
    ['eu-northwest-1', 'aws', 'amazonaws.com'],
    ['us-north-9', 'aws', 'amazonaws.com'],
    ['us-gov-north-1', 'aws-us-gov', 'amazonaws.com'],
    ['cn-south-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-isob-south-1', 'aws-iso-b', 'sc2s.sgov.gov'],
    ['eusc-de-west-1', 'aws-eusc', 'amazonaws.eu'],
  ])('%s: %s, %s', (region, partition, suffix) => {
    expect([partitionOf(region), dnsSuffixOf(region)]).toEqual([partition, suffix]);
  });
});

test.each(['xx-north-1', 'us-x-west-1', 'nowhere', ''])(
  'a region like none of the data is in no partition: "%s"',
  (region) => {
    const unknown = `The CDK's region data knows no region like ${region}`;
    expect(findPartition(region)).toBeUndefined();
    expect(() => partitionOf(region)).toThrow(unknown);
    expect(() => dnsSuffixOf(region)).toThrow(unknown);
    expect(() => arnOf('sqs', { account, region }, 'q')).toThrow(unknown);
  },
);

test('no host name ends in two of the suffixes', () => {
  for (const suffix of DNS_SUFFIXES) expect(DNS_SUFFIXES.filter((end) => suffix.endsWith(end))).toEqual([suffix]);
});

describe('the region of an ARN', () => {
  test.each([
    ['arn:aws:sqs:us-east-1:111111111111:q', 'us-east-1'],
    ['arn:aws-cn:sqs:cn-north-1:111111111111:q', 'cn-north-1'],
    ['arn:aws:sqs:cn-north-1:111111111111:q', undefined],
    ['arn:aws-cn:sqs:us-east-1:111111111111:q', undefined],
    ['arn:aws:sns:us-east-1:111111111111:q', undefined],
    ['arn:aws:sqs:us-east-1:1:q', undefined],
    ['q', undefined],
  ])('%s: %s', (arn, region) => {
    expect(regionOfArn(arn, 'sqs')).toBe(region);
  });
});

test.each([
  ['arn:aws-us-gov:iam::111111111111:root', 'aws-us-gov'],
  ['no-arn', ''],
])('the partition of %s is "%s"', (arn, partition) => {
  expect(partitionOfArn(arn)).toBe(partition);
});
