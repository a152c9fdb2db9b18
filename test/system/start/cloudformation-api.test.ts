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
    const property = (Name: string, RequiresRecreation: string) => ({
      Details: { member: { Target: { Attribute: 'Properties', Name, RequiresRecreation }, Evaluation: 'Static' } },
    });
    const slower = await planned(queue('plan', { DelaySeconds: 3 }));
    expect(slower).toMatchObject(
      change({ Action: 'Modify', Replacement: 'False', ...property('DelaySeconds', 'Never') }),
    );
    expect(await planned(queue('other'))).toMatchObject(
      change({ Action: 'Modify', Replacement: 'True', ...property('QueueName', 'Always') }),
    );
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
    const again = create('failing', { ChangeSetType: 'UPDATE' });
    await expect(again).rejects.toThrow(/^Stack:arn:.* is in ROLLBACK_COMPLETE state and can not be updated\.$/);
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

describe('a stack without a change set', () => {
  const TemplateBody = queue('direct');
  test('is created, updated, protected and deleted', async () => {
    await ask('CreateStack', { StackName: 'direct', TemplateBody, EnableTerminationProtection: 'true' });
    await reaches('direct', 'CREATE_COMPLETE');
    await expect(ask('CreateStack', { StackName: 'direct', TemplateBody })).rejects.toMatchObject({
      name: 'AlreadyExistsException',
      message: 'Stack [direct] already exists',
    });
    await ask('UpdateStack', { StackName: 'direct', TemplateBody: queue('direct', { DelaySeconds: 1 }) });
    await reaches('direct', 'UPDATE_COMPLETE');
    await ask('UpdateStack', { StackName: 'direct', TemplateBody: queue('replacing') });
    await eventually(async () => cloud.sqs.all().every(({ name }) => name !== 'direct') || undefined);
    await reaches('direct', 'UPDATE_COMPLETE');
    expect(await ask('DescribeStackResource', { StackName: 'direct', LogicalResourceId: 'Q' })).toMatchObject({
      StackResourceDetail: {
        ResourceStatus: 'CREATE_COMPLETE',
        PhysicalResourceId: expect.stringMatching(/replacing$/),
      },
    });
    expect(await ask('GetTemplateSummary', { StackName: 'direct' })).toMatchObject({
      ResourceTypes: { member: 'AWS::SQS::Queue' },
    });
    const again = ask('UpdateStack', { StackName: 'direct', UsePreviousTemplate: 'true' });
    await expect(again).rejects.toThrow('No updates are to be performed.');
    await expect(ask('DeleteStack', { StackName: 'direct' })).rejects.toThrow(
      'Stack [direct] cannot be deleted while TerminationProtection is enabled',
    );
    await ask('UpdateTerminationProtection', { StackName: 'direct', EnableTerminationProtection: 'false' });
    await ask('DeleteStack', { StackName: 'direct' });
    await eventually(async () => cloud.sqs.all().every(({ name }) => name !== 'replacing') || undefined);
  });

  test('goes back when an update fails, with the reasons in its events', async () => {
    await ask('CreateStack', { StackName: 'back', TemplateBody: queue('back') });
    await reaches('back', 'CREATE_COMPLETE');
    const nowhere = { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: ['nowhere'], PolicyDocument: {} } };
    const { Q } = JSON.parse(queue('back', { DelaySeconds: 9 })).Resources;
    const Resources = { Q, P: { ...nowhere, DependsOn: 'Q' } };
    await ask('UpdateStack', { StackName: 'back', TemplateBody: JSON.stringify({ Resources }) });
    await reaches('back', 'UPDATE_ROLLBACK_COMPLETE');
    expect(cloud.sqs.all().find(({ name }) => name === 'back')!.settings.delaySeconds).toBe(0);
    const { StackEvents } = (await ask('DescribeStackEvents', { StackName: 'back' })) as {
      StackEvents: { member: { LogicalResourceId: string; ResourceStatus: string; ResourceStatusReason?: string }[] };
    };
    const told = StackEvents.member.toReversed().map((event) => {
      const { LogicalResourceId: id, ResourceStatus: status, ResourceStatusReason: reason } = event;
      return [id, status, ...(reason === undefined ? [] : [reason])].join(' ').trim();
    });
    expect(told.slice(5)).toEqual([
      'back UPDATE_IN_PROGRESS User Initiated',
      'Q UPDATE_IN_PROGRESS',
      'Q UPDATE_COMPLETE',
      'P CREATE_IN_PROGRESS',
      expect.stringMatching(/^P CREATE_FAILED ./),
      'back UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [P].',
      'Q UPDATE_IN_PROGRESS',
      'Q UPDATE_COMPLETE',
      'back UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'back UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', AssumeRolePolicyDocument: {} } };
  test.each<[string, string, Record<string, string>, string]>([
    ['an update of what is not there', 'UpdateStack', { TemplateBody }, 'Stack [none] does not exist'],
    [
      'a role with a name of its own',
      'CreateStack',
      { TemplateBody: JSON.stringify({ Resources: { R: role } }) },
      'Requires capabilities : [CAPABILITY_NAMED_IAM]',
    ],
    [
      'a type unknown here',
      'CreateStack',
      { TemplateBody: 'Resources: {I: {Type: AWS::EC2::Instance}}' },
      'Template format error: Unrecognized resource types: [AWS::EC2::Instance]',
    ],
    [
      'a reference to nothing',
      'CreateStack',
      { TemplateBody: 'Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: {Ref: Name}}}}' },
      'Template format error: Unresolved resource dependencies [Name] in the Resources block of the template',
    ],
    [
      'a parameter without a value',
      'CreateStack',
      { TemplateBody: 'Parameters: {P: {Type: String}}\nResources: {Q: {Type: AWS::SQS::Queue}}' },
      'Parameters: [P] must have values',
    ],
    ['a name that is none', 'CreateStack', { StackName: 'a_b', TemplateBody }, 'pattern: [a-zA-Z][-a-zA-Z0-9]*'],
    ['no rollback', 'CreateStack', { TemplateBody, OnFailure: 'DO_NOTHING' }, 'CreateStack is refused: OnFailure'],
  ])('is refused for %s', async (_, operation, parameters, problem) => {
    await expect(ask(operation, { StackName: 'none', ...parameters })).rejects.toThrow(problem);
  });
});

test('a value that one stack exports and another imports is kept', async () => {
  const exporting = (value: string, name = 'shared') => ({
    Outputs: { O: { Value: value, Export: { Name: { 'Fn::Sub': `\${AWS::Region}-${name}` } } } },
  });
  const make = async (StackName: string, more: object, operation = 'CreateStack') => {
    const Resources = { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: StackName } } };
    await ask(operation, { StackName, TemplateBody: JSON.stringify({ Resources, ...more }) });
  };
  const reason = async (StackName: string) => {
    const { events } = cloud.stack(StackName, ACCOUNT_A);
    return events.findLast((event) => event.reason !== undefined)!.reason;
  };
  const ImportValue = { 'Fn::ImportValue': `${REGION}-shared` };
  const importing = { Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: ImportValue } } } };
  await make('early', importing);
  await reaches('early', 'ROLLBACK_COMPLETE');
  expect(cloud.stack('early').events.some((event) => event.reason?.includes(`No export named ${REGION}-shared`))).toBe(
    true,
  );
  await make('exporter', exporting('imported'));
  await reaches('exporter', 'CREATE_COMPLETE');
  await make('importer', importing);
  await reaches('importer', 'CREATE_COMPLETE');
  expect(cloud.sqs.all().map(({ name }) => name)).toContain('imported');
  expect(await ask('ListExports')).toMatchObject({
    Exports: { member: { Name: `${REGION}-shared`, Value: 'imported' } },
  });
  expect(await ask('ListImports', { ExportName: `${REGION}-shared` })).toEqual({ Imports: { member: 'importer' } });

  await make('second', exporting('else'));
  await reaches('second', 'ROLLBACK_COMPLETE');
  expect(await reason('second')).toBe(`Export with name ${REGION}-shared is already exported by stack exporter.`);
  await make('exporter', exporting('changed'), 'UpdateStack');
  await reaches('exporter', 'UPDATE_ROLLBACK_COMPLETE');
  expect(await reason('exporter')).toBe(`Export ${REGION}-shared cannot be updated as it is in use by importer`);
  await ask('DeleteStack', { StackName: 'exporter' });
  await eventually(async () => (await reason('exporter'))?.includes('deleted') || undefined);
  expect(await reason('exporter')).toBe(`Export ${REGION}-shared cannot be deleted as it is in use by importer`);
  expect(await statusOf('exporter')).toBe('UPDATE_ROLLBACK_COMPLETE');
  for (const StackName of ['importer', 'exporter']) {
    await ask('DeleteStack', { StackName });
    await eventually(async () => cloud.stack(StackName, ACCOUNT_A).status === 'DELETE_COMPLETE' || undefined);
  }
});

test('stacks are listed, deleted ones by their status, and events come in pages', async () => {
  const Resources = Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [
      `Q${n}`,
      { Type: 'AWS::SQS::Queue', Properties: { QueueName: `many-${n}` } },
    ]),
  );
  await ask('CreateStack', { StackName: 'many', TemplateBody: JSON.stringify({ Resources }) });
  await reaches('many', 'CREATE_COMPLETE');
  type Page = { StackEvents: { member: { EventId: string }[] }; NextToken?: string };
  const first = (await ask('DescribeStackEvents', { StackName: 'many' })) as Page;
  const second = (await ask('DescribeStackEvents', { StackName: 'many', NextToken: first.NextToken! })) as Page;
  const ids = [...first.StackEvents.member, ...second.StackEvents.member].map(({ EventId }) => EventId);
  expect(new Set(ids).size).toBe(40 * 3 + 2);
  expect(second.NextToken).toBeUndefined();
  await ask('DeleteStack', { StackName: 'many' });
  await eventually(async () => cloud.stack('many').status === 'DELETE_COMPLETE' || undefined);
  const deleted = await ask('ListStacks', { 'StackStatusFilter.member.1': 'DELETE_COMPLETE' });
  expect(JSON.stringify(deleted)).toContain('"StackName":"many"');
  expect(JSON.stringify(await ask('DescribeStacks'))).not.toContain('"StackName":"many"');
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
    CreateStack: { StackName: 'secret', TemplateBody: queue('q') },
    UpdateStack: { StackName: 'secret', TemplateBody: queue('q') },
    UpdateTerminationProtection: { StackName: 'secret', EnableTerminationProtection: 'true' },
    DescribeStackResource: { StackName: 'secret', LogicalResourceId: 'Q' },
    ListChangeSets: { StackName: 'secret' },
    ListStacks: {},
    GetTemplateSummary: { StackName: 'secret' },
    DeleteStack: { StackName: 'secret' },
  })) {
    await expect(askCloudFormation(nobody, operation, parameters), operation).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`is not authorized to perform: cloudformation:${operation} on resource: arn:`),
    });
  }
});
