/** The template that the CDK's own client bootstraps with, in each way that its options have. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCloud } from '../../../emulator/index.ts';
import { askCloudFormation } from '../../support/cloudformation.ts';
import { ACCOUNT_A, ACCOUNT_B, eventually, twoAccountsOf } from '../../support/two-accounts.ts';

const cli = dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json'));
const TemplateBody = readFileSync(join(cli, 'lib/api/bootstrap/bootstrap-template.yaml'), 'utf8');
let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [ACCOUNT_A, ACCOUNT_B] });
});
afterAll(() => cloud.close());

const MANAGED_KEY = { FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY' };

test.each<[string, Record<string, string>, string]>([
  ['with nothing chosen', MANAGED_KEY, 'role/cdk-hnb659fds-cfn-exec-role-111111111111-us-east-1'],
  ['with a key of its own', { Qualifier: 'key' }, 'alias/cdk-key-assets-key'],
  [
    'for accounts that are trusted',
    { ...MANAGED_KEY, Qualifier: 'trust', TrustedAccounts: ACCOUNT_B, TrustedAccountsForLookup: ACCOUNT_B },
    'role/cdk-trust-lookup-role-111111111111-us-east-1',
  ],
  [
    'with policies for CloudFormation',
    {
      ...MANAGED_KEY,
      Qualifier: 'policies',
      CloudFormationExecutionPolicies: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    },
    'role/cdk-policies-cfn-exec-role-111111111111-us-east-1',
  ],
  [
    'with an example of a boundary',
    { ...MANAGED_KEY, Qualifier: 'example', UseExamplePermissionsBoundary: 'true' },
    'policy/cdk-example-permissions-boundary-111111111111-us-east-1',
  ],
  [
    'with the boundary on all roles',
    {
      ...MANAGED_KEY,
      Qualifier: 'bound',
      InputPermissionsBoundary: 'cdk-example-permissions-boundary-111111111111-us-east-1',
      ApplyPermissionsBoundaryToAllRoles: 'true',
    },
    'role/cdk-bound-deploy-role-111111111111-us-east-1',
  ],
  [
    'with names of its own, and open to the public as far as policies are',
    {
      ...MANAGED_KEY,
      Qualifier: 'named',
      FileAssetsBucketName: 'assets-of-ours',
      ContainerAssetsRepositoryName: 'images/of-ours',
      PublicAccessBlockConfiguration: 'false',
      DenyExternalId: 'false',
    },
    'repository/images/of-ours',
  ],
])('brings an account up %s', async (_, parameters, arn) => {
  const name = `toolkit-${parameters['Qualifier'] ?? 'plain'}`;
  const given = Object.entries(parameters).flatMap(([ParameterKey, ParameterValue], index) => [
    [`Parameters.member.${index + 1}.ParameterKey`, ParameterKey],
    [`Parameters.member.${index + 1}.ParameterValue`, ParameterValue],
  ]);
  const { a } = twoAccountsOf(cloud);
  await askCloudFormation(a, 'CreateStack', {
    StackName: name,
    TemplateBody,
    'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
    ...Object.fromEntries(given),
  });
  await eventually(async () => !cloud.stack(name).status.endsWith('_IN_PROGRESS') || undefined);
  const failures = cloud.stack(name).events.filter(({ status }) => status.endsWith('_FAILED'));
  expect(failures).toEqual([]);
  expect(cloud.stack(name).status).toBe('CREATE_COMPLETE');
  expect((await cloud.inventory()).join('\n')).toContain(arn);
});
