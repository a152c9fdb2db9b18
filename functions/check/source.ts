import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Attempt, attempt, describe, type ErrorFacts } from './attempt.ts';
import type { Check, Identity } from './check.ts';
import { atSource } from './explain-write.ts';
import { type Finding, failed, ok, skipped } from './line.ts';
import { decryptStatement, listStatement, partitionOf, readStatement } from './statements.ts';

/** No object has this name; S3 says so only to one who may read and list. */
const MISSING = 'upload-relay-check/no-such-object';
/** So many keys are looked through for one that isn't archived. */
const LOOKED_AT = 100;

/** Whether a deleted object could be told from a forbidden one: the relay's answer depends on it. */
export async function canTellMissing({ config, clients }: Check, identity: Identity): Promise<Finding> {
  const { prefix, suffix } = config.routes[0]!.filter;
  const command = new HeadObjectCommand({ ...sourceBucket(config), Key: `${prefix}${MISSING}${suffix}` });
  const head = await attempt(clients.source.send(command));
  if (head.kind === 'done') return ok('there is even an object of that name');
  if (head.error.status === 404 && head.error.name !== 'NoSuchBucket')
    return ok('a missing object is told to be missing');
  return failed(describe(head.error), remedyFor(head.error, { config }, identity));
}

/** Reads one byte of some object, which also asks for the KMS key of the bucket. */
export async function canRead({ config, clients }: Check, identity: Identity): Promise<Finding> {
  const listed = await someKey(clients.source, config);
  if (listed.kind === 'failed') return failed(describe(listed.error), remedyFor(listed.error, { config }, identity));
  const key = listed.answer;
  if (key === undefined) return skipped('no object is there that could be read');
  const command = new GetObjectCommand({ ...sourceBucket(config), Key: key, Range: 'bytes=0-0' });
  const read = await attempt(clients.source.send(command).then(({ Body }) => Body?.transformToByteArray()));
  // An empty object has no first byte, but it was let be read.
  if (read.kind === 'failed' && read.error.status !== 416) {
    return failed(describe(read.error), remedyFor(read.error, { config }, identity));
  }
  return (await cannotReadTags({ config, clients }, key, identity)) ?? ok(`s3://${config.sourceBucket}/${key}`);
}

/** Where a route hands tags on. */
async function cannotReadTags(
  { config, clients }: Check,
  key: string,
  identity: Identity,
): Promise<Finding | undefined> {
  if (!config.routes.some(({ copyTags }) => copyTags)) return undefined;
  const read = await attempt(clients.source.send(new GetObjectTaggingCommand({ ...sourceBucket(config), Key: key })));
  return read.kind === 'done' ? undefined : failed(describe(read.error), remedyFor(read.error, { config }, identity));
}

async function someKey(source: S3Client, config: Check['config']): Promise<Attempt<string | undefined>> {
  const { prefix } = config.routes[0]!.filter;
  const command = new ListObjectsV2Command({ ...sourceBucket(config), Prefix: prefix, MaxKeys: LOOKED_AT });
  return attempt(
    source.send(command).then(({ Contents = [] }) => {
      const isArchived = (storageClass = 'STANDARD') => ['GLACIER', 'DEEP_ARCHIVE'].includes(storageClass);
      return Contents.find(({ StorageClass }) => !isArchived(StorageClass))?.Key;
    }),
  );
}

function remedyFor(error: ErrorFacts, { config }: Pick<Check, 'config'>, identity: Identity) {
  const { sourceBucket: bucket, sourceAccount: account } = config;
  const partition = partitionOf(identity.roleArn);
  if (error.status === 404) {
    return atSource(
      account,
      `There is no bucket ${bucket}: deploy the source stack, or correct source.bucket in cdk.json.`,
    );
  }
  if (/kms/i.test(`${error.name} ${error.message}`)) {
    const keyArn = /arn:[^:\s]+:kms:[^:\s]+:\d{12}:key\/[\w-]+/.exec(error.message)?.[0];
    return atSource(
      account,
      `The relay may not use the key of bucket ${bucket}: set source.kmsKeyArn in cdk.json, which gives role ${identity.roleArn} this statement, and let the key's policy leave it to IAM.`,
      decryptStatement(keyArn ?? "the ARN of the bucket's KMS key"),
    );
  }
  const statements = [
    ...config.routes.map(({ filter, copyTags }) => readStatement(bucket, filter.prefix, partition, copyTags)),
    listStatement(bucket, partition),
  ];
  return atSource(
    account,
    `Role ${identity.roleArn} may not read bucket ${bucket}, or the bucket belongs to another account than ${account}. Its policy needs these statements; a policy of the bucket's own must not deny them.`,
    statements,
  );
}

function sourceBucket({ sourceBucket: Bucket, sourceAccount: ExpectedBucketOwner }: Check['config']) {
  return { Bucket, ExpectedBucketOwner };
}
