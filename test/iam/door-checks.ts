/** What must hold of the canary, and of the door that it looks at: see `checks.ts`. */
import { randomUUID } from 'node:crypto';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { send } from '../../emulator/index.ts';
import type { CheckLine } from '../../functions/check/line.ts';
import { canaryKey } from '../../functions/core/reserved-keys.ts';
import { lambdaKeys } from '../support/sessions.ts';
import { ACCOUNT_A, RELAY_LOG_GROUP, SOURCE_BUCKET } from '../support/two-accounts.ts';
import { type Check, isDelivered, isRefused } from './check.ts';
import type { ProofWorld } from './proof-world.ts';

const CANARY = 'upload-relay-canary';
const CANARY_ROLE_ARN = `arn:aws:iam::${ACCOUNT_A}:role/${CANARY}`;
const LOOK = { look: 'door' };
/** Where the routes of a configuration take only what begins so. */
export const OWN_PREFIX = 'in/';

const SEES_THE_DOOR: Check = {
  name: 'the canary sees each part of the door',
  guards: /^upload-relay-canary: Read/,
  holds: async (world) => hasNoDenial(await linesOf(world.invoke(LOOK, CANARY))),
};

export const DOOR_CHECKS: readonly Check[] = [
  {
    name: 'a canary is dropped, and its receipt looked for',
    guards: /^upload-relay-canary: (DropCanaries|SeeCanaries|SeeReceipts)$/,
    holds: async (world) => {
      await fly(world);
      return hasNoDenial(await fly(world));
    },
  },
  {
    name: 'the canary lists nothing but canaries',
    guards: /^upload-relay-canary: SeeCanaries$/,
    holds: (world) => {
      const { s3 } = world.as(lambdaKeys(world, CANARY_ROLE_ARN));
      return isRefused(s3.send(new ListObjectsV2Command({ Bucket: SOURCE_BUCKET })));
    },
  },
  SEES_THE_DOOR,
  {
    name: 'a freshly started canary sees the door, and logs',
    guards: /^trust of upload-relay-canary: |^upload-relay-canary: WriteLogs$/,
    holds: async (world) => {
      const logged = () => world.cloud.logs.lines(RELAY_LOG_GROUP).length;
      const before = logged();
      await linesOf(world.invokeFresh({}, CANARY));
      return logged() > before;
    },
  },
  {
    name: 'the check has the canary look at the door',
    guards: /^upload-relay: AskCanary$/,
    holds: async (world) => {
      const lines = await linesOf(world.invoke({}, 'upload-relay-check'));
      return lines.some(({ check, status }) => check === 'the relay may run' && status !== 'failed');
    },
  },
  {
    name: 'an event that the queue refuses lies among the dead letters, and nobody else’s',
    guards: /^queue upload-relay-dead-letters: SendUploads$/,
    holds: async (world, { holder, document }) => {
      const [statement] = [document.Statement].flat().filter(({ Sid }) => Sid === 'SendUploads');
      const { 'aws:SourceArn': rule } = statement!.Condition!['ArnEquals']!;
      deadLetter(world, holder, rule as string);
      await world.deadLetters();
      return isRefused(Promise.resolve().then(() => deadLetter(world, holder, `${rule}-of-another`)));
    },
  },
];

/** Of a configuration whose routes take what lies under a prefix of an encrypted bucket. */
export const PREFIX_CHECKS: readonly Check[] = [
  SEES_THE_DOOR,
  {
    name: 'a canary and an upload are delivered, from under a bucket key or not',
    guards: /^upload-relay: (ReadObjects|DecryptObjects)$/,
    holds: async (world) => {
      for (const BucketKeyEnabled of [true, false]) {
        for (const Key of [canaryKey('main'), `${OWN_PREFIX}key-${randomUUID()}`]) {
          await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: 'x', BucketKeyEnabled }));
          if (!isDelivered(await world.invoke({ key: Key }))) return false;
        }
      }
      return true;
    },
  },
  {
    name: 'a canary is dropped under the bucket’s key, by a bucket key or not',
    guards: /^upload-relay-canary: EncryptObjects$/,
    holds: async (world) => {
      const { encryption } = world.cloud.s3.bucket(SOURCE_BUCKET).settings;
      for (const bucketKeyEnabled of [true, false]) {
        Object.assign(encryption!, { bucketKeyEnabled });
        const lines = await fly(world);
        Object.assign(encryption!, { bucketKeyEnabled: true });
        if (!hasNoDenial(lines)) return false;
      }
      return true;
    },
  },
];

function fly(world: ProofWorld): Promise<CheckLine[]> {
  return linesOf(world.invoke({}, CANARY));
}

async function linesOf(invoked: Promise<{ payload: unknown }>): Promise<CheckLine[]> {
  return ((await invoked).payload as { lines: CheckLine[] }).lines;
}

/** Nothing is delivered here, so the canaries don't come across. */
function hasNoDenial(lines: readonly CheckLine[]): boolean {
  return !lines.some(({ found }) => /AccessDenied|Forbidden|not authorized/.test(found));
}

function deadLetter({ cloud }: ProofWorld, queueArn: string, sourceArn: string): void {
  const service = 'events.amazonaws.com';
  send(cloud.sqs, { service, sourceArn, sourceAccount: ACCOUNT_A, queueArn, body: '{}' });
}
