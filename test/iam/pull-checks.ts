/** What must hold of a route that pulls: see `checks.ts`. */
import { randomUUID } from 'node:crypto';
import { GetObjectTaggingCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { ACCOUNT_C, CUSTOMER_BUCKET, READER_ROLE_ARN } from '../support/pulling.ts';
import { assumeWriter, lambdaKeys } from '../support/sessions.ts';
import { ACCOUNT_A, type AwsClients, DESTINATION_BUCKET, RELAY_ROLE_ARN } from '../support/two-accounts.ts';
import { type Check, isDelivered, isRefused } from './check.ts';
import { type ProofWorld, PULLED_PREFIX } from './proof-world.ts';

const ExternalId = 'agreed-with-the-customer';
const REPLAY_ROLE_ARN = `arn:aws:iam::${ACCOUNT_A}:role/upload-relay-replay`;

export const PULL_CHECKS: readonly Check[] = [
  {
    name: 'a freshly started relay pulls a file, with its tags',
    guards:
      /^upload-relay: Assume(Reader|Writer)Roles$|^trust of upload-relay-(reader|customer-writer): |^upload-relay-reader: (ReadObjects|DecryptObjects)$|^upload-relay-customer-writer: PutObjects$/,
    applies: ({ pulls }) => pulls,
    holds: async (world) => {
      const key = `${PULLED_PREFIX}pulled-${randomUUID()}`;
      const customer = world.as(world.cloud.operator(ACCOUNT_C));
      const tagged = { Bucket: CUSTOMER_BUCKET, Key: key, Body: 'x', Tagging: 'class=secret' };
      await customer.s3.send(new PutObjectCommand(tagged));
      if (!isDelivered(await world.invokeFresh({ key, route: 'customer' }))) return false;
      const there = { Bucket: DESTINATION_BUCKET, Key: `customer/${key}` };
      return (await world.b.s3.send(new GetObjectTaggingCommand(there))).TagSet?.length === 1;
    },
  },
  {
    name: 'a file deleted before it is pulled is told apart from a forbidden one',
    guards: /^upload-relay-reader: ListObjects$/,
    holds: async (world) => {
      const { payload } = await world.invoke({ key: `${PULLED_PREFIX}never-there`, route: 'customer' });
      return (payload as { errorType?: string }).errorType === 'SourceMissing';
    },
  },
  {
    name: 'replay may look for what is to be pulled',
    guards:
      /^upload-relay-replay: AssumeReaderRoles$|^trust of upload-relay-reader: |^upload-relay-reader: ListObjects$/,
    holds: async (world) => {
      const { s3 } = await reader(world, REPLAY_ROLE_ARN);
      const { KeyCount = 0 } = await s3.send(
        new ListObjectsV2Command({ Bucket: CUSTOMER_BUCKET, Prefix: PULLED_PREFIX }),
      );
      return KeyCount > 0;
    },
  },
  {
    name: 'the reader cannot list what lies beside the prefix',
    guards: /^upload-relay-reader: ListObjects$/,
    holds: async (world) => {
      const { s3 } = await reader(world, RELAY_ROLE_ARN);
      return isRefused(s3.send(new ListObjectsV2Command({ Bucket: CUSTOMER_BUCKET })));
    },
  },
  {
    name: 'another role of account A cannot become the reader',
    guards: /^trust of upload-relay-reader: /,
    holds: (world) => isRefused(reader(world, `arn:aws:iam::${ACCOUNT_A}:role/another-role`)),
  },
  {
    name: 'the relay cannot become the reader without the external id',
    guards: /^trust of upload-relay-reader: /,
    holds: (world) => isRefused(reader(world, RELAY_ROLE_ARN, 'guessed')),
  },
];

/** The reader role, as one of account A's roles gets it. */
async function reader(world: ProofWorld, roleArn: string, externalId = ExternalId): Promise<AwsClients> {
  const clients = world.as(lambdaKeys(world, roleArn));
  return world.as(await assumeWriter(clients, { RoleArn: READER_ROLE_ARN, ExternalId: externalId }));
}
