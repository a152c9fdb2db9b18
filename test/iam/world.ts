/** The two accounts with strangers in them, still: no queue feeds a function, so each check sees only what it does itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { LocalCloud, readAssembly, type StackInput } from '../../emulator/index.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { committedContext, synthesize } from '../../local/synth.ts';
import { listener } from '../support/listener.ts';
import { ACCOUNT_C, CUSTOMER_BUCKET, READER_ROLE_ARN } from '../support/pulling.ts';
import { sharedKeyBucket, sharedKeyStack } from '../support/shared-key.ts';
import { type CommittedContext, pullingRoute } from '../support/stacks.ts';
import { strangers } from '../support/strangers.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  changeProperties,
  changeSettings,
  DESTINATION_BUCKET,
  type InvokeAnswer,
  PREFIX,
  REGION,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
  WRITER_ROLE_ARN,
} from '../support/two-accounts.ts';
import { byTemplate } from './by-template.ts';
import type { Check } from './check.ts';
import { OWN_PREFIX, PREFIX_CHECKS } from './door-checks.ts';
import { elsewhere, elsewhereBucket } from './elsewhere.ts';
import { bucketUnderKey, existingSource, keyOf, keys } from './encrypted-buckets.ts';
import { encryptElsewhere } from './key-attempts.ts';
import { THIEFS_CHECKS } from './key-checks.ts';
import { addOperator } from './operator.ts';
import { placesOf, tellHolders } from './places.ts';
import { type EncryptedElsewhere, type ProofWorld, PULLED_PREFIX } from './proof-world.ts';
import { REPORT_KEYS, reportBucket } from './report-bucket.ts';
import { confinedArn, sessionPlaces } from './session-places.ts';

export interface Configuration {
  name: string;
  /** Changes the context `relay` of cdk.json, and deploys what the configuration takes for granted. */
  prepare?: (context: CommittedContext, cloud: LocalCloud) => Promise<void>;
  /** Whether somebody is granted what the construct grants others. */
  hasOperator?: boolean;
  /** In the place of the CDK's stacks in other accounts than the relay's: only their policies are proved, but all of them anew. */
  others?: (cloud: LocalCloud) => StackInput[];
  /** What must hold there; `CHECKS`, unless given. */
  checks?: readonly Check[];
}

/** Together they have every statement that the stacks can have. What is proved in one need not be proved in another. */
export const CONFIGURATIONS: readonly Configuration[] = [
  { name: 'as committed', hasOperator: true },
  {
    name: 'an existing source bucket, KMS and tags',
    prepare: async (context, cloud) => {
      const {
        source,
        routes: [main],
      } = context;
      for (const account of [ACCOUNT_A, ACCOUNT_B]) await cloud.deploy(keys(account));
      const kmsKeyArn = cloud.outputs('keys', ACCOUNT_A)['KeyArn']!;
      await cloud.deploy(existingSource(kmsKeyArn));
      Object.assign(source, { existingBucket: true, kmsKeyArn });
      context.relay = { audit: { kmsKeyArn } };
      Object.assign(main!, { copyTags: true });
      main!.destination['kmsKeyArn'] = cloud.outputs('keys', ACCOUNT_B)['KeyArn']!;
    },
  },
  {
    name: 'tags, no versions, an inventory, and a role for batch jobs',
    prepare: async (context) => {
      Object.assign(context.source, { versioned: false });
      Object.assign(context.routes[0]!, { copyTags: true });
      const bucket = elsewhereBucket(ACCOUNT_A);
      // Without events, the permission to put them is refused as any other.
      context.relay = {
        batchOperations: { bucket },
        reconciliation: { inventory: { bucket, id: 'daily' } },
        events: 'none',
      };
    },
  },
  {
    name: 'a route that pulls what lies under a prefix of an encrypted bucket',
    prepare: pullEncrypted,
  },
  {
    name: 'the same, where account B and the customer have deployed their templates',
    prepare: pullEncrypted,
    others: (cloud) => byTemplate(cloud.outputs('keys', ACCOUNT_C)['KeyArn']!),
  },
  {
    name: 'a route that takes what lies under a prefix, and a canary beside it, both under a key',
    prepare: async ({ source, routes }, cloud) => {
      await cloud.deploy(keys(ACCOUNT_A));
      source['kmsKeyArn'] = cloud.outputs('keys', ACCOUNT_A)['KeyArn']!;
      Object.assign(routes[0]!, { filter: { prefix: OWN_PREFIX } });
    },
    checks: [...PREFIX_CHECKS, ...THIEFS_CHECKS],
  },
];

async function pullEncrypted({ routes }: CommittedContext, cloud: LocalCloud): Promise<void> {
  await cloud.deploy(keys(ACCOUNT_C));
  const kmsKeyArn = cloud.outputs('keys', ACCOUNT_C)['KeyArn']!;
  await cloud.deploy(bucketUnderKey(ACCOUNT_C, 'customer', { BucketName: CUSTOMER_BUCKET }, kmsKeyArn));
  const filter = { prefix: PULLED_PREFIX };
  routes.push(pullingRoute({ filter, copyTags: true, writerRoleName: PULLED_WRITER_NAME, pull: { kmsKeyArn } }));
}

const PULLED_WRITER_NAME = 'upload-relay-customer-writer';
/** Roles of other accounts that somebody in account A might like to be. */
const COVETED = [WRITER_ROLE_ARN, READER_ROLE_ARN, `arn:aws:iam::${ACCOUNT_B}:role/${PULLED_WRITER_NAME}`];

/** Visible again at once: a check need not wait for what it wants to see. */
const RETRY_DELAY_SECONDS = 0.1;
/** Enough for anything here; a GiB, which nobody could move in that time, is handed back without a byte moved. */
const TIMEOUT_SECONDS = 30;
/** A warm one, a fresh one, and one that is about to end. */
const MAX_SANDBOXES = 3;
/** More than what is handed back for want of time; relay-large is content with less, so that something is moved at all. */
export const RELAY_TAKES_BYTES = 2 * 1024 ** 3;
const LARGE_TAKES_BYTES = 64 * 1024 ** 2;
export const FRESH_COPY = 'upload-relay-fresh-';

export async function startProofWorld(configuration: Configuration): Promise<ProofWorld> {
  const context = committedContext() as CommittedContext;
  const cloud = await LocalCloud.start({
    stacks: [],
    accountsWithOperator: [ACCOUNT_A, ACCOUNT_B, ACCOUNT_C],
    maxSandboxes: MAX_SANDBOXES,
  });
  await configuration.prepare?.(context, cloud);
  const assembly = await mkdtemp(join(tmpdir(), 'upload-relay-iam-'));
  await synthesize(assembly, context);
  const others = configuration.others?.(cloud);
  const made = readAssembly(assembly);
  const stacks = others ? [...made.filter(({ account }) => account === ACCOUNT_A), ...others] : made;
  if (configuration.hasOperator) addOperator(stacks.find(({ name }) => name === 'upload-relay-source')!, context);
  for (const stack of stacks) tellHolders(stack);
  changeProperties(stacks, 'AWS::Lambda::EventSourceMapping', { Enabled: false });
  changeProperties(stacks, 'AWS::Lambda::Function', { Timeout: TIMEOUT_SECONDS });
  changeSettings(stacks, {
    retryDelaySeconds: RETRY_DELAY_SECONDS,
    latePutSeconds: RETRY_DELAY_SECONDS,
    lateCompleteSeconds: RETRY_DELAY_SECONDS,
    largeObjectBytes: RELAY_TAKES_BYTES,
    // A delivery is told of, too; the permission is the same.
    events: 'all',
    // Executions that may do nothing hold theirs for long.
    largeSlots: 10_000,
  });
  changeSettings(stacks, { largeObjectBytes: LARGE_TAKES_BYTES }, 'upload-relay-large');
  const around = [strangers(COVETED), listener(), ...[ACCOUNT_A, ACCOUNT_B, ACCOUNT_C].map(elsewhere)];
  for (const stack of [...stacks, ...around]) await cloud.deploy(stack);
  const world = twoAccountsOf(cloud);
  await world.b.s3.send(new PutObjectCommand({ Bucket: DESTINATION_BUCKET, Key: `${PREFIX}there`, Body: 'x' }));
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'there', Body: 'x', Tagging: 'a=b' }));
  for (const Key of REPORT_KEYS)
    await world.a.s3.send(new PutObjectCommand({ Bucket: reportBucket(cloud), Key, Body: 'x' }));
  // Not empty: one role's attempt to delete them must leave them there for the next role's.
  const c = world.as(cloud.operator(ACCOUNT_C));
  const pulls = context.routes.some((route) => route['pull'] !== undefined);
  for (const Key of pulls ? [`${PULLED_PREFIX}there`, 'there'] : []) {
    // Under a bucket key: it is the same for every prefix, so that it isn't the key which holds a reader back from the others.
    const object = { Bucket: CUSTOMER_BUCKET, Key, Body: 'x', Tagging: 'a=b', BucketKeyEnabled: true };
    await c.s3.send(new PutObjectCommand(object));
  }
  const owners = { [ACCOUNT_A]: world.a, [ACCOUNT_B]: world.b, [ACCOUNT_C]: c };
  const encrypted = new Map<string, EncryptedElsewhere>();
  for (const [account, owner] of Object.entries(owners)) {
    await owner.s3.send(new PutObjectCommand({ Bucket: elsewhereBucket(account), Key: 'there', Body: 'x' }));
    if (account !== ACCOUNT_C || pulls) encrypted.set(account, await encryptElsewhere(world, owner, account));
  }
  const sessions = sessionPlaces(cloud, parseConfig(context));
  for (const [account, owner] of Object.entries(owners)) {
    if (keyOf(cloud, account) === undefined) continue;
    const arns = sessions.places
      .filter(({ holder }) => holder.includes(account))
      .map(({ holder }) => confinedArn(holder));
    await cloud.deploy(sharedKeyStack(account, keyOf(cloud, account)!, [...new Set(arns)]));
    await owner.s3.send(new PutObjectCommand({ Bucket: sharedKeyBucket(account), Key: 'there', Body: 'x' }));
  }
  return {
    ...world,
    configuration: configuration.name,
    pulls,
    places: [...(others ?? stacks).flatMap((stack) => placesOf(cloud, stack)), ...(others ? [] : sessions.places)],
    sessionPolicies: sessions.policies,
    elsewhere: encrypted,
    invokeFresh: (event, functionName) => invokeFresh(world, event, functionName),
    close: async () => {
      await world.close();
      await rm(assembly, { recursive: true });
    },
  };
}

export function isFreshCopy(functionName: string): boolean {
  return functionName.startsWith(FRESH_COPY);
}

/** A function of another name with everything else the same: a cold start, whenever one is wanted. */
async function invokeFresh({ cloud, a }: TwoAccounts, event: unknown, name = 'upload-relay'): Promise<InvokeAnswer> {
  const { functions } = cloud.lambda;
  const FunctionName = `${FRESH_COPY}${functions.list(ACCOUNT_A, REGION).length}`;
  const original = functions.target({ account: ACCOUNT_A, region: REGION, name, qualifier: undefined });
  cloud.lambda.createFunction({ ...original.function, name: FunctionName });
  const Payload = Buffer.from(JSON.stringify(event));
  const { FunctionError, Payload: answer } = await a.lambda.send(new InvokeCommand({ FunctionName, Payload }));
  return { functionError: FunctionError, payload: JSON.parse(Buffer.from(answer ?? []).toString() || 'null') };
}
