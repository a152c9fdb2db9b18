/** What `cdk bootstrap` leaves in an account, as far as deploying files takes it: no images, no keys of its own. */
import { partitionOf } from '../../core/partition.ts';
import { type StackInput, templateStack } from '../../templates/assembly.ts';

/** Of the names, as everybody has it who has not chosen another. */
const QUALIFIER = 'hnb659fds';
/** The newest of the CLI that this was compared with. */
const VERSION = '30';

/** Needed once per account and region before stacks with code can be deployed there by the CDK's own client. */
export async function bootstrap(
  cloud: { deploy(stack: StackInput): Promise<unknown> },
  account: string,
  region: string,
): Promise<void> {
  await cloud.deploy(bootstrapStack(account, region));
}

/** https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html#bootstrapping-env-roles */
export function bootstrapStack(account: string, region: string): StackInput {
  const partition = partitionOf(region);
  const name = (kind: string) => `cdk-${QUALIFIER}-${kind}-${account}-${region}`;
  const roleArn = (kind: string) => `arn:${partition}:iam::${account}:role/${name(kind)}`;
  const version = `/cdk-bootstrap/${QUALIFIER}/version`;
  const bucket = `arn:${partition}:s3:::${name('assets')}`;
  const readVersion = allow(
    ['ssm:GetParameter', 'ssm:GetParameters'],
    `arn:${partition}:ssm:${region}:${account}:parameter${version}`,
  );
  const ofAccount = { AWS: `arn:${partition}:iam::${account}:root` };
  const role = (kind: string, Principal: object, ...Statement: object[]) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: name(kind),
      AssumeRolePolicyDocument: { Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } },
      Policies: [{ PolicyName: 'default', PolicyDocument: { Statement } }],
    },
  });
  const template = {
    Resources: {
      StagingBucket: {
        Type: 'AWS::S3::Bucket',
        Properties: { BucketName: name('assets'), VersioningConfiguration: { Status: 'Enabled' } },
        DeletionPolicy: 'Retain',
      },
      CdkBootstrapVersion: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: version, Type: 'String', Value: VERSION },
      },
      FilePublishingRole: role(
        'file-publishing-role',
        ofAccount,
        allow(['s3:GetBucketLocation', 's3:GetEncryptionConfiguration', 's3:ListBucket'], bucket),
        allow(['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'], `${bucket}/*`),
      ),
      LookupRole: role(
        'lookup-role',
        ofAccount,
        readVersion,
        allow(['cloudformation:Describe*', 'cloudformation:GetTemplate', 'cloudformation:ListStackResources'], '*'),
      ),
      DeploymentActionRole: role(
        'deploy-role',
        ofAccount,
        readVersion,
        allow('cloudformation:*', '*'),
        allow('iam:PassRole', roleArn('cfn-exec-role')),
        allow('s3:GetObject', `${bucket}/*`),
      ),
      CloudFormationExecutionRole: role('cfn-exec-role', { Service: 'cloudformation.amazonaws.com' }, allow('*', '*')),
    },
    Outputs: {
      BucketName: { Value: { Ref: 'StagingBucket' } },
      BootstrapVersion: { Value: { 'Fn::GetAtt': ['CdkBootstrapVersion', 'Value'] } },
    },
  };
  return templateStack({ name: 'CDKToolkit', account, region, template });
}

function allow(Action: string | string[], Resource: string) {
  return { Effect: 'Allow', Action, Resource };
}
