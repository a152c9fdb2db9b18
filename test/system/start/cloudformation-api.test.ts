import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bootstrapStack, LocalCloud } from '../../../emulator/index.ts';
import { askCloudFormation } from '../../support/cloudformation.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  eventually,
  REGION,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

let accounts: TwoAccounts;
let cloud: LocalCloud;

beforeAll(async () => {
  const stacks = [bootstrapStack(ACCOUNT_A, REGION)];
  cloud = await LocalCloud.start({ stacks, accountsWithOperator: [ACCOUNT_A, ACCOUNT_B] });
  accounts = twoAccountsOf(cloud);
});
afterAll(() => cloud.close());

const ask = (operation: string, parameters: Record<string, string> = {}) =>
  askCloudFormation(accounts.a, operation, parameters);
const queue = (QueueName: string, properties: object = {}) =>
  JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName, ...properties } } } });
const create = (StackName: string, more: Record<string, string> = {}) =>
  ask('CreateChangeSet', {
    StackName,
    ChangeSetName: 'c',
    ChangeSetType: 'CREATE',
    TemplateBody: queue(StackName),
    ...more,
  });
const execute = (StackName: string) => ask('ExecuteChangeSet', { StackName, ChangeSetName: 'c' });
const statusOf = async (StackName: string) => {
  const { Stacks } = (await ask('DescribeStacks', { StackName })) as { Stacks: { member: { StackStatus: string } } };
  return Stacks.member.StackStatus;
};
const reaches = (name: string, status: string) =>
  eventually(async () => ((await statusOf(name)) === status ? true : undefined));

describe('a change set', () => {
  test('makes nothing until it is executed, and is gone then', async () => {
    await create('once');
    expect(await statusOf('once')).toBe('REVIEW_IN_PROGRESS');
    expect(cloud.sqs.all()).toEqual([]);
    await execute('once');
    await reaches('once', 'CREATE_COMPLETE');
    await expect(execute('once')).rejects.toMatchObject({ name: 'ChangeSetNotFound' });
    await expect(create('once')).rejects.toThrow('Stack [once] already exists and cannot be created again');
  });

  test('tells what it would do', async () => {
    await create('plan');
    await execute('plan');
    await reaches('plan', 'CREATE_COMPLETE');
    const planned = async (TemplateBody: string) => {
      await ask('CreateChangeSet', { StackName: 'plan', ChangeSetName: 'c', TemplateBody });
      const described = await ask('DescribeChangeSet', { StackName: 'plan', ChangeSetName: 'c' });
      await ask('DeleteChangeSet', { StackName: 'plan', ChangeSetName: 'c' });
      return described;
    };
    const change = (more: object) => ({ Changes: { member: { ResourceChange: { LogicalResourceId: 'Q', ...more } } } });
    const slower = await planned(queue('plan', { DelaySeconds: 3 }));
    expect(slower).toMatchObject(change({ Action: 'Modify', Replacement: 'False' }));
    expect(await planned(queue('other'))).toMatchObject(change({ Action: 'Modify', Replacement: 'True' }));
    const same = await planned(queue('plan'));
    expect(same).toMatchObject({ Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE', Changes: '' });
    expect(same['StatusReason']).toMatch(/^The submitted information didn't contain changes\./);
  });

  test('may have its template in a bucket', async () => {
    const Bucket = `cdk-hnb659fds-assets-${ACCOUNT_A}-${REGION}`;
    await accounts.a.s3.send(new PutObjectCommand({ Bucket, Key: 't.json', Body: queue('from-a-bucket') }));
    const { TemplateBody: _, ...rest } = { TemplateBody: '', TemplateURL: `${cloud.url}/${Bucket}/t.json` };
    const input = { StackName: 'uploaded', ChangeSetName: 'c', ChangeSetType: 'CREATE', ...rest };
    await ask('CreateChangeSet', input);
    await execute('uploaded');
    await reaches('uploaded', 'CREATE_COMPLETE');
    const foreign = askCloudFormation(accounts.b, 'CreateChangeSet', input);
    await expect(foreign).rejects.toThrow('is not authorized to perform: s3:GetObject');
  });

  test('that fails leaves its reason in the events, and the stack can be deleted', async () => {
    const failing = { Q: { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: ['nowhere'], PolicyDocument: {} } } };
    await create('failing', { TemplateBody: JSON.stringify({ Resources: failing }) });
    await execute('failing');
    await reaches('failing', 'ROLLBACK_COMPLETE');
    await ask('DeleteStack', { StackName: 'failing' });
    const answer = () => statusOf('failing').catch(({ message }: Error) => message);
    await eventually(async () => (await answer()) === 'Stack with id failing does not exist' || undefined);
    expect(await ask('DeleteStack', { StackName: 'failing' })).toBe('');
  });

  test.each<[string, Record<string, string>, string]>([
    ['a parameter unknown here', { RollbackConfiguration: 'x' }, 'Unrecognized key: "RollbackConfiguration"'],
    ['tags', { 'Tags.member.1.Key': 'k' }, 'CreateChangeSet is refused: Tags'],
    ['the import of resources', { ChangeSetType: 'IMPORT' }, 'CreateChangeSet is refused: ChangeSetType'],
    ['an update of what is not there', { ChangeSetType: 'UPDATE' }, 'Stack [refused] does not exist'],
    ['a role that is not there', { RoleARN: `arn:aws:iam::${ACCOUNT_A}:role/no` }, 'is invalid or cannot be assumed'],
    [
      'a role for somebody else',
      { RoleARN: `arn:aws:iam::${ACCOUNT_A}:role/cdk-hnb659fds-deploy-role-${ACCOUNT_A}-${REGION}` },
      'is invalid or cannot be assumed',
    ],
    ['a type unknown here', { TemplateBody: 'Resources: {I: {Type: AWS::EC2::Instance}}' }, 'AWS::EC2::Instance'],
  ])('with %s is refused, and leaves no stack', async (_, more, problem) => {
    await expect(create('refused', more)).rejects.toThrow(problem);
    await expect(statusOf('refused')).rejects.toThrow('Stack with id refused does not exist');
  });
});

test('an operation unknown here is refused by name', async () => {
  await expect(ask('CreateStackSet')).rejects.toMatchObject({
    name: 'InvalidAction',
    message: 'Could not find operation CreateStackSet for version 2010-05-15',
  });
});

test("another account's stack is not there, even by its id", async () => {
  await create('own');
  const { arn } = cloud.cloudFormation.find({ name: 'own', account: ACCOUNT_A, region: REGION })!;
  for (const operation of ['DescribeStacks', 'GetTemplate', 'ListStackResources']) {
    const asked = askCloudFormation(accounts.b, operation, { StackName: arn });
    await expect(asked).rejects.toThrow(`Stack with id ${arn} does not exist`);
  }
});

test('each operation needs the right to it, and learns nothing without', async () => {
  cloud.directory.addUser({ account: ACCOUNT_A, name: 'nobody', policies: [] });
  const nobody = accounts.as(cloud.directory.addAccessKey(ACCOUNT_A, 'nobody'));
  const names = { StackName: 'secret', ChangeSetName: 'c' };
  for (const [operation, parameters] of Object.entries({
    CreateChangeSet: { ...names, TemplateBody: queue('q') },
    DescribeChangeSet: names,
    ExecuteChangeSet: names,
    DeleteChangeSet: names,
    DescribeStacks: { StackName: 'secret' },
    DescribeStackEvents: { StackName: 'secret' },
    DescribeStackResources: { StackName: 'secret' },
    ListStackResources: { StackName: 'secret' },
    GetTemplate: { StackName: 'secret' },
    DeleteStack: { StackName: 'secret' },
  })) {
    await expect(askCloudFormation(nobody, operation, parameters), operation).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`is not authorized to perform: cloudformation:${operation} on resource: arn:`),
    });
  }
});
