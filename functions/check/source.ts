import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { bucketArnOf, decryptStatement, partitionOf, sourceStatements } from '../aws/policies.ts';
import { commonStart, type Route } from '../core/route.ts';
import { rowOf } from '../failures/classify.ts';
import { type Attempt, attempt, describe, type ErrorFacts } from './attempt.ts';
import type { Check, Identity } from './context.ts';
import { atSource } from './explain-write.ts';
import { type Finding, failed, ok, type Remedy, skipped } from './line.ts';

/** No object has this name; S3 says so only to one who may read and list. */
const MISSING = 'upload-relay-check/no-such-object';
/** So many keys are looked through for one that isn't archived. */
const LOOKED_AT = 100;

/** A bucket that routes read, and whoever reads it. */
export interface ReadBucket {
  bucket: string;
  /** That must own it. */
  account: string;
  s3: S3Client;
  /** Those that read it; at least one. */
  routes: readonly Pick<Route, 'filter' | 'copyTags'>[];
  /** What to do about an error of a read. */
  remedyFor: (error: ErrorFacts) => Remedy;
}

/** The relay's own bucket; none when every route pulls. */
export function ownBucket({ config, clients }: Check, identity: Identity): ReadBucket | undefined {
  const { sourceBucket: bucket, sourceAccount: account } = config;
  if (bucket === undefined) return undefined;
  const routes = config.routes.filter(({ pull }) => !pull);
  return { bucket, account, s3: clients.source, routes, remedyFor };

  function remedyFor(error: ErrorFacts): Remedy {
    const bucketArn = bucketArnOf(bucket!, partitionOf(identity.roleArn));
    const prefixes = [...new Set(routes.map(({ filter }) => filter.prefix))];
    if (error.status === 404) {
      return atSource(
        account,
        `There is no bucket ${bucket}: deploy the source stack, or correct source.bucket in cdk.json.`,
      );
    }
    const other = otherRemedy(error, account);
    if (other) return other;
    if (isAboutKey(error)) {
      return atSource(
        account,
        `The relay may not use the key of bucket ${bucket}: set source.kmsKeyArn in cdk.json, which gives role ${identity.roleArn} this statement, and let the key's policy leave it to IAM.`,
        decryptStatement(keyIn(error) ?? "the ARN of the bucket's KMS key", bucketArn, prefixes.reduce(commonStart)),
      );
    }
    return atSource(
      account,
      `Role ${identity.roleArn} may not read bucket ${bucket}, or the bucket belongs to another account than ${account}. Its policy needs these statements; a policy of the bucket's own must not deny them.`,
      sourceStatements({ bucketArn, prefixes, withTags: routes.some(({ copyTags }) => copyTags) }),
    );
  }
}

/** Whether a deleted object could be told from a forbidden one: the relay's answer depends on it. */
export async function canTellMissing(read: ReadBucket): Promise<Finding> {
  const { prefix, suffix } = read.routes[0]!.filter;
  const command = new HeadObjectCommand({ ...place(read), Key: `${prefix}${MISSING}${suffix}` });
  const head = await attempt(read.s3.send(command));
  if (head.kind === 'done') return ok('there is even an object of that name');
  if (head.error.status === 404 && head.error.name !== 'NoSuchBucket')
    return ok('a missing object is told to be missing');
  return failed(describe(head.error), read.remedyFor(head.error));
}

/** Reads one byte of some object, which also asks for the KMS key of the bucket. */
export async function canRead(read: ReadBucket): Promise<Finding> {
  const listed = await someKey(read);
  if (listed.kind === 'failed') return failed(describe(listed.error), read.remedyFor(listed.error));
  const key = listed.answer;
  if (key === undefined) return skipped('no object is there that could be read');
  const command = new GetObjectCommand({ ...place(read), Key: key, Range: 'bytes=0-0' });
  const got = await attempt(read.s3.send(command).then(({ Body }) => Body?.transformToByteArray()));
  // An empty object has no first byte, but it was let be read.
  if (got.kind === 'failed' && got.error.status !== 416) return failed(describe(got.error), read.remedyFor(got.error));
  return (await cannotReadTags(read, key)) ?? ok(`s3://${read.bucket}/${key}`);
}

/** Where a route hands tags on. */
async function cannotReadTags(read: ReadBucket, key: string): Promise<Finding | undefined> {
  if (!read.routes.some(({ copyTags }) => copyTags)) return undefined;
  const got = await attempt(read.s3.send(new GetObjectTaggingCommand({ ...place(read), Key: key })));
  return got.kind === 'done' ? undefined : failed(describe(got.error), read.remedyFor(got.error));
}

async function someKey(read: ReadBucket): Promise<Attempt<string | undefined>> {
  const { prefix } = read.routes[0]!.filter;
  const command = new ListObjectsV2Command({ ...place(read), Prefix: prefix, MaxKeys: LOOKED_AT });
  return attempt(
    read.s3.send(command).then(({ Contents = [] }) => {
      const isArchived = (storageClass = 'STANDARD') => ['GLACIER', 'DEEP_ARCHIVE'].includes(storageClass);
      return Contents.find(({ StorageClass }) => !isArchived(StorageClass))?.Key;
    }),
  );
}

/** What to do about an error that is about neither rights nor the key, as the failure table has it. */
export function otherRemedy(error: ErrorFacts, account: string): Remedy | undefined {
  const { code, advice } = rowOf(error, 'source');
  if (code === 'SourceDenied' || (code === 'SourceKeyDenied' && !error.name.startsWith('KMS'))) return undefined;
  const place = error.region === undefined ? '' : ` The bucket is in ${error.region}.`;
  return atSource(account, advice + place);
}

export function isAboutKey(error: ErrorFacts): boolean {
  return rowOf(error, 'source').code === 'SourceKeyDenied';
}

export function keyIn({ message }: ErrorFacts): string | undefined {
  return /arn:[^:\s]+:kms:[^:\s]+:\d{12}:key\/[\w-]+/.exec(message)?.[0];
}

function place({ bucket: Bucket, account: ExpectedBucketOwner }: ReadBucket) {
  return { Bucket, ExpectedBucketOwner };
}
