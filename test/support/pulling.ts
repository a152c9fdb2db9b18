import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { type Faults, LocalCloud, readAssembly, type StackInput, templateStack } from '../../emulator/index.ts';
import { assemblyOf } from './assemblies.ts';
import { keyStack } from './key-stack.ts';
import { committedContext, pullingRoute } from './stacks.ts';
import { ACCOUNT_A, ACCOUNT_B, type AwsClients, REGION, type TwoAccounts, twoAccountsOf } from './two-accounts.ts';

export const ACCOUNT_C = '333333333333';
/** Made by its owner's root user: plain, and without versions. */
export const CUSTOMER_BUCKET = 'customer-333333333333';
/** With versions, under a key of account C's own. */
export const REPORTS_BUCKET = 'reports-333333333333';
export const READER_ROLE_ARN = `arn:aws:iam::${ACCOUNT_C}:role/upload-relay-reader`;
export const REPORTS_READER_ROLE_ARN = `arn:aws:iam::${ACCOUNT_C}:role/reports-reader`;

/** Two accounts and a customer's. */
export interface PullingWorld extends TwoAccounts {
  /** The operator of the customer's account. */
  c: AwsClients;
}

/**
 * The committed configuration with two routes that pull: "customer" takes everything of a bucket, "reports" what lies under
 * `reports/` of another one, with its tags.
 * @param change of the templates, before they are deployed
 * @param faults what shall go wrong
 */
export async function startPullingWorld(
  change: (stacks: StackInput[]) => void = () => undefined,
  faults?: Faults,
): Promise<PullingWorld> {
  const cloud = await LocalCloud.start({
    stacks: [keyStack(ACCOUNT_C)],
    accountsWithOperator: [ACCOUNT_A, ACCOUNT_B, ACCOUNT_C],
    ...(faults && { faults }),
  });
  const kmsKeyArn = cloud.outputs('keys', ACCOUNT_C)['KeyArn']!;
  await cloud.deploy(reportsBucket(kmsKeyArn));
  const world = twoAccountsOf(cloud);
  const c = world.as(cloud.operator(ACCOUNT_C));
  const root = world.as(cloud.directory.addRootKey(ACCOUNT_C));
  await root.s3.send(new CreateBucketCommand({ Bucket: CUSTOMER_BUCKET }));

  const context = committedContext();
  const customer = pullingRoute();
  context.routes.push(
    customer,
    pullingRoute({
      name: 'reports',
      filter: { prefix: 'reports/' },
      destination: { ...customer.destination, prefix: 'customer-2/' },
      copyTags: true,
      writerRoleName: 'upload-relay-reports-writer',
      pull: { bucket: REPORTS_BUCKET, readerRoleName: 'reports-reader', kmsKeyArn },
    }),
  );
  const stacks = readAssembly(await assemblyOf(context));
  change(stacks);
  for (const stack of stacks) await cloud.deploy(stack);
  return { ...world, c };
}

function reportsBucket(kmsKeyArn: string): StackInput {
  const ServerSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn };
  return templateStack({
    account: ACCOUNT_C,
    region: REGION,
    name: 'reports',
    template: {
      Resources: {
        Bucket: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            BucketName: REPORTS_BUCKET,
            VersioningConfiguration: { Status: 'Enabled' },
            BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault }] },
          },
        },
      },
    },
  });
}
