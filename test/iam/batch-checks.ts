/** What must hold of the role of S3 Batch Operations jobs: see `checks.ts`. There is no such service here; its requests are made in its role. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ACCOUNT_A, ACCOUNT_B, type AwsClients } from '../support/two-accounts.ts';
import { type Check, isRefused } from './check.ts';
import { elsewhereBucket } from './elsewhere.ts';
import type { ProofWorld } from './proof-world.ts';

const ROLE_ARN = `arn:aws:iam::${ACCOUNT_A}:role/upload-relay-batch`;
/** As `world.ts` configures it. */
const Bucket = elsewhereBucket(ACCOUNT_A);

export const BATCH_CHECKS: readonly Check[] = [
  {
    name: 'a batch job invokes the relay for a task',
    guards: /^upload-relay-batch: InvokeRelay$|^trust of upload-relay-batch: /,
    holds: async (world) => {
      const { lambda } = asJob(world);
      await lambda.send(new InvokeCommand({ FunctionName: 'upload-relay', InvocationType: 'DryRun' }));
      return true;
    },
  },
  {
    name: 'a batch job reads its manifest, of a certain version too',
    guards: /^upload-relay-batch: ReadManifest$/,
    holds: async (world) => {
      const { s3 } = asJob(world);
      await s3.send(new GetObjectCommand({ Bucket, Key: 'there' }));
      await s3.send(new GetObjectCommand({ Bucket, Key: 'there', VersionId: 'null' }));
      return true;
    },
  },
  {
    name: 'a batch job writes its report',
    guards: /^upload-relay-batch: WriteReports$/,
    holds: async (world) => {
      await asJob(world).s3.send(new PutObjectCommand({ Bucket, Key: 'reports/job/results/1.csv', Body: 'x' }));
      return true;
    },
  },
  {
    name: 'no other account’s batch jobs get the role',
    guards: /^trust of upload-relay-batch: /,
    holds: (world) => isRefused(Promise.resolve().then(() => asJob(world, ACCOUNT_B))),
  },
];

function asJob(world: ProofWorld, account = ACCOUNT_A): AwsClients {
  const { accessKeyId, secretAccessKey, sessionToken } = world.cloud.sts.assumeRoleAsService({
    roleArn: ROLE_ARN,
    service: 'batchoperations.s3.amazonaws.com',
    sessionName: 'job',
    durationSeconds: 3600,
    context: { 'aws:SourceAccount': account },
  });
  return world.as({ accessKeyId, secretAccessKey, sessionToken });
}
