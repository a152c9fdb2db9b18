/** Checks that a source bucket can be read, and that a missing object can be told from a forbidden one. */
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  bucketArnOf,
  decryptStatement,
  partitionOf,
  readStatements,
  type Statement,
  sourceStatements,
} from '../aws/policies.ts';
import { commonStart, type Pulling, type Route } from '../core/route.ts';
import { rowOf } from '../failures/classify.ts';
import { describe, type ErrorFacts, keyIn } from '../failures/facts.ts';
import { needsRestore } from '../transfer/source-state.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { Check, Identity } from './context.ts';
import { atSource, type Finding, failed, ok, type Remedy, skipped } from './line.ts';

/** No object has this name. S3 says so only to a reader who may also list. */
const MISSING = 'upload-relay-check/no-such-object';
/** The check looks at this many keys for an object that isn't archived. */
const KEYS_LISTED = 100;

/** A bucket that routes read, and the role that reads it. */
export interface ReadBucket {
  bucket: string;
  /** The account that must own the bucket. */
  account: string;
  s3: S3Client;
  /** The routes that read the bucket; at least one. */
  routes: readonly Pick<Route, 'filter' | 'copyTags'>[];
  roleArn: string;
  statements: Statement[];
  kmsKeyArn: string | undefined;
  /** For the texts of a remedy. */
  texts: { ifMissing: string; reader: string; keySetting: string };
}

/** The relay's own bucket; undefined when every route pulls. */
export function ownBucket({ config, clients }: Check, { roleArn }: Identity): ReadBucket | undefined {
  const { sourceBucket: bucket, sourceAccount: account } = config;
  if (bucket === undefined) return undefined;
  const routes = config.routes.filter(({ pull }) => !pull);
  const bucketArn = bucketArnOf(bucket, partitionOf(roleArn));
  const prefixes = [...new Set(routes.map(({ filter }) => filter.prefix))];
  return {
    bucket,
    account,
    s3: clients.source,
    routes,
    roleArn,
    statements: sourceStatements({
      bucketArn,
      prefixes,
      withTags: routes.some(({ copyTags }) => copyTags),
      withCanary: config.door !== undefined,
    }),
    kmsKeyArn: undefined,
    texts: {
      ifMissing: 'deploy the source stack, or correct source.bucket in cdk.json',
      reader: 'The relay',
      keySetting: 'source.kmsKeyArn in cdk.json',
    },
  };
}

/** The bucket of another account that a route pulls from. */
export function pulledBucket({ clients }: Check, route: Pulling): ReadBucket {
  const { bucket, account, kmsKeyArn, readerRoleArn } = route.pull;
  return {
    bucket,
    account,
    s3: clients.reader(route),
    routes: [route],
    roleArn: readerRoleArn,
    statements: readStatements(route),
    kmsKeyArn,
    texts: {
      ifMissing: `make it, or correct pull.bucket of route "${route.name}"`,
      reader: 'The reader role',
      keySetting: `pull.kmsKeyArn of route "${route.name}" on both sides`,
    },
  };
}

/** The relay acts differently on a deleted object and on a forbidden one. */
export async function canTellMissing(read: ReadBucket): Promise<Finding> {
  const { prefix, suffix } = read.routes[0]!.filter;
  const command = new HeadObjectCommand({ ...place(read), Key: `${prefix}${MISSING}${suffix}` });
  const head = await attempt(read.s3.send(command));
  if (head.kind === 'done') return ok('there is even an object of that name');
  const isMissing = head.error.status === 404 && head.error.name !== 'NoSuchBucket';
  return isMissing ? ok('a missing object is told to be missing') : unreadable(read, head.error);
}

/** Reads one byte of an object, which also needs the KMS key of the bucket. */
export async function canRead(read: ReadBucket): Promise<Finding> {
  const listed = await someKey(read);
  if (listed.kind === 'failed') return unreadable(read, listed.error);
  const key = listed.answer;
  if (key === undefined) return skipped('no object is there that could be read');
  const command = new GetObjectCommand({ ...place(read), Key: key, Range: 'bytes=0-0' });
  const got = await attempt(read.s3.send(command).then(({ Body }) => Body?.transformToByteArray()));
  // 416 means that the object is empty, and that it may be read.
  if (got.kind === 'failed' && got.error.status !== 416) return unreadable(read, got.error);
  return (await cannotReadTags(read, key)) ?? ok(`s3://${read.bucket}/${key}`);
}

/** Undefined where no route copies tags, and where they can be read. */
async function cannotReadTags(read: ReadBucket, key: string): Promise<Finding | undefined> {
  if (!read.routes.some(({ copyTags }) => copyTags)) return undefined;
  const got = await attempt(read.s3.send(new GetObjectTaggingCommand({ ...place(read), Key: key })));
  return got.kind === 'done' ? undefined : unreadable(read, got.error);
}

async function someKey(read: ReadBucket): Promise<Attempt<string | undefined>> {
  const { prefix } = read.routes[0]!.filter;
  const command = new ListObjectsV2Command({ ...place(read), Prefix: prefix, MaxKeys: KEYS_LISTED });
  const listed = read.s3.send(command);
  return attempt(
    listed.then(({ Contents = [] }) => Contents.find(({ StorageClass }) => !needsRestore(StorageClass))?.Key),
  );
}

function unreadable(read: ReadBucket, error: ErrorFacts): Finding {
  return failed(describe(error), remedyFor(read, error));
}

function remedyFor(read: ReadBucket, error: ErrorFacts): Remedy {
  const { bucket, account, roleArn, kmsKeyArn, texts } = read;
  if (error.status === 404) return atSource(account, `There is no bucket ${bucket}: ${texts.ifMissing}.`);
  const { code, advice } = rowOf(error, 'source');
  if (code === 'SourceDenied') {
    return atSource(
      account,
      `Role ${roleArn} may not read bucket ${bucket}, or the bucket belongs to another account than ${account}. Its policy needs these statements; a policy of the bucket's own must not deny them.`,
      read.statements,
    );
  }
  if (code === 'SourceKeyDenied' && !error.name.startsWith('KMS')) {
    const prefix = read.routes.map(({ filter }) => filter.prefix).reduce(commonStart);
    return atSource(
      account,
      `${texts.reader} may not use the key of bucket ${bucket}: set ${texts.keySetting}, which gives role ${roleArn} this statement, and let the key's policy leave it to IAM.`,
      decryptStatement(keyIn(error, kmsKeyArn), bucketArnOf(bucket, partitionOf(roleArn)), prefix),
    );
  }
  const place = error.region === undefined ? '' : ` The bucket is in ${error.region}.`;
  return atSource(account, advice + place);
}

function place({ bucket: Bucket, account: ExpectedBucketOwner }: ReadBucket) {
  return { Bucket, ExpectedBucketOwner };
}
