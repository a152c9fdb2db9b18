/** Checks that a source bucket can be read, and that a missing object can be told from a forbidden one. */
import { GetObjectCommand, GetObjectTaggingCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import {
  bucketArnOf,
  decryptStatement,
  partitionOf,
  readStatements,
  type Statement,
  sourceStatements,
} from '../aws/policies.ts';
import type { RelayErrorCode } from '../core/errors.ts';
import { commonStart, type Pulling, type Route } from '../core/route.ts';
import { rowOf } from '../failures/classify.ts';
import { describe, type ErrorFacts, keyIn } from '../failures/facts.ts';
import { needsRestore } from '../transfer/source-state.ts';
import { type Attempt, attempt, endOf } from './attempt.ts';
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
  /** The relay's own account, whose cdk.json has the settings. */
  relayAccount: string;
  /** For the texts of a remedy. */
  texts: { ifMissing: string; reader: string; keySetting: string; setting: (...fields: string[]) => string };
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
    relayAccount: account,
    texts: {
      ifMissing: 'deploy the source stack, or correct source.bucket in cdk.json',
      reader: 'The relay',
      keySetting: 'source.kmsKeyArn in cdk.json',
      setting: (...fields) => fields.map((field) => `source.${field}`).join(' or '),
    },
  };
}

/** The bucket of another account that a route pulls from. */
export function pulledBucket({ clients, config }: Check, route: Pulling): ReadBucket {
  const { bucket, account, kmsKeyArn, readerRoleArn } = route.pull;
  return {
    bucket,
    account,
    s3: clients.reader(route),
    routes: [route],
    roleArn: readerRoleArn,
    statements: readStatements(route),
    kmsKeyArn,
    relayAccount: config.sourceAccount,
    texts: {
      ifMissing: `make it, or correct pull.bucket of route "${route.name}"`,
      reader: 'The reader role',
      keySetting: `pull.kmsKeyArn of route "${route.name}" on both sides`,
      setting: (...fields) => `${fields.map((field) => `pull.${field}`).join(' or ')} of route "${route.name}"`,
    },
  };
}

/** The relay acts differently on a deleted object and on a forbidden one. */
export async function canTellMissing(read: ReadBucket): Promise<Finding> {
  const { prefix, suffix } = read.routes[0]!.filter;
  // Not HEAD, whose answer has no code: a missing bucket would look like a missing object.
  const command = new GetObjectCommand({ ...place(read), Key: `${prefix}${MISSING}${suffix}`, Range: 'bytes=0-0' });
  const got = await attempt(read.s3.send(command).then(({ Body }) => Body?.transformToByteArray()));
  if (got.kind === 'done' || got.error.status === 416) return ok('there is even an object of that name');
  if (rowOf(got.error, 'source').code === 'SourceMissing') return ok('a missing object is told to be missing');
  return unreadable(read, got.error);
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
  return got.kind === 'done' ? undefined : await unreadable(read, got.error);
}

async function someKey(read: ReadBucket): Promise<Attempt<string | undefined>> {
  const { prefix } = read.routes[0]!.filter;
  const command = new ListObjectsV2Command({ ...place(read), Prefix: prefix, MaxKeys: KEYS_LISTED });
  const listed = read.s3.send(command);
  return attempt(
    listed.then(({ Contents = [] }) => Contents.find(({ StorageClass }) => !needsRestore(StorageClass))?.Key),
  );
}

async function unreadable(read: ReadBucket, error: ErrorFacts): Promise<Finding> {
  const isOthers = rowOf(error, 'source').code === 'SourceDenied' && (await belongsToAnother(read));
  return { ...failed(describe(error), isOthers ? ofAnother(read) : remedyFor(read, error)), ends: endOf(error) };
}

/** S3 refuses whoever names another owner than the bucket has, whatever else is allowed. */
async function belongsToAnother(read: ReadBucket): Promise<boolean> {
  const { Bucket, ...owner } = place(read);
  const list = { Bucket, Prefix: read.routes[0]!.filter.prefix, MaxKeys: 1 };
  const [named, unnamed] = [{ ...list, ...owner }, list].map((each) =>
    attempt(read.s3.send(new ListObjectsV2Command(each))),
  );
  return (await named!).kind === 'failed' && (await unnamed!).kind === 'done';
}

function ofAnother({ bucket, account, relayAccount, texts }: ReadBucket): Remedy {
  return atSource(
    relayAccount,
    `Bucket ${bucket} does not belong to account ${account}, and the relay reads no other owner's: correct ${texts.setting('account', 'bucket')} in cdk.json and deploy the source stack.`,
  );
}

/** What the relay's own side must see to. */
const OWN: readonly RelayErrorCode[] = ['ClockSkewed', 'SignatureRefused', 'SessionExpired'];

function remedyFor(read: ReadBucket, error: ErrorFacts): Remedy {
  const { bucket, account, relayAccount, roleArn, kmsKeyArn, texts } = read;
  const { code, advice } = rowOf(error, 'source');
  if (code === 'BucketMissing') return atSource(account, `There is no bucket ${bucket}: ${texts.ifMissing}.`);
  if (code === 'WrongRegion') {
    const place = error.region === undefined ? 'is in another region' : `is in ${error.region}`;
    const change = `Bucket ${bucket} ${place}: correct ${texts.setting('region')} in cdk.json and deploy the source stack.`;
    return atSource(relayAccount, change);
  }
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
  return atSource(OWN.includes(code) ? relayAccount : account, advice);
}

function place({ bucket: Bucket, account: ExpectedBucketOwner }: ReadBucket) {
  return { Bucket, ExpectedBucketOwner };
}
