import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { ACCOUNT, allow, clientConfig, lambdaRole, queue, REGION, type Resources, stackOf } from './stack-fixture.ts';

const S = { name: 'S', account: ACCOUNT, region: REGION };
const arn = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
let cloud: LocalCloud;
let now: number;

beforeEach(async () => {
  now = Date.now();
  cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: [ACCOUNT], clock: () => now });
});
afterEach(() => cloud.close());

const deploy = (resources: Resources, outputs: Record<string, unknown> = {}) =>
  cloud.deploy(stackOf(resources, { outputs }));
const settingsOf = (name: string) => cloud.sqs.queueByArn(arn(name))!.settings;
/** Never made: its role is not there. */
const failing = {
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: 'p', Roles: ['nobody'], PolicyDocument: { Statement: [allow('s3:*')] } },
};
const bucket = (BucketName: string, more: object = {}) => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName },
  ...more,
});
const table = (properties: object = {}, more: object = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    ...properties,
  },
  ...more,
});
const LEDGER = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/ledger`;

async function put(name: string): Promise<void> {
  const s3 = new S3Client({ ...clientConfig(cloud), forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: name, Key: 'k', Body: 'x' }));
}

describe('a creation that fails', () => {
  const after = (resource: object) => ({ ...resource, DependsOn: Object.keys(made) });
  const made = {
    Gone: queue('gone'),
    Kept: bucket('kept', { DeletionPolicy: 'Retain' }),
    Undone: bucket('undone', { DeletionPolicy: 'RetainExceptOnCreate' }),
  };

  test('removes what it made, keeps what is to be retained, and can only be deleted', async () => {
    await expect(deploy({ ...made, Failing: after(failing) })).rejects.toThrow('The role with name nobody');
    expect(cloud.stack('S')).toMatchObject({ status: 'ROLLBACK_COMPLETE', resources: [] });
    expect(await cloud.inventory()).toEqual(['arn:aws:s3:::kept']);
    await expect(deploy(made)).rejects.toThrow('Stack:S is in ROLLBACK_COMPLETE state and can not be updated.');
    await cloud.destroy(S);
    expect(cloud.stack('S').status).toBe('DELETE_COMPLETE');
    now += 61_000;
    await expect(deploy(made)).rejects.toThrow('resource Kept (AWS::S3::Bucket): Your previous request');
  });

  test('says so in the events', async () => {
    await expect(deploy({ Queue: queue('q'), Failing: { ...failing, DependsOn: 'Queue' } })).rejects.toThrow();
    const events = cloud.stack('S').events.map(({ logicalId, status }) => `${logicalId} ${status}`);
    expect(events).toEqual([
      'S CREATE_IN_PROGRESS',
      'Queue CREATE_IN_PROGRESS',
      'Queue CREATE_IN_PROGRESS',
      'Queue CREATE_COMPLETE',
      'Failing CREATE_IN_PROGRESS',
      'Failing CREATE_FAILED',
      'S ROLLBACK_IN_PROGRESS',
      'Queue DELETE_IN_PROGRESS',
      'Queue DELETE_COMPLETE',
      'S ROLLBACK_COMPLETE',
    ]);
    expect(cloud.stack('S').events.slice(5, 7)).toMatchObject([
      { reason: 'The role with name nobody cannot be found.' },
      { reason: 'The following resource(s) failed to create: [Failing]. ' },
    ]);
    const times = cloud.stack('S').events.map(({ time }) => time.getTime());
    expect(new Set(times).size).toBe(times.length);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('at the notifications of a bucket leaves the bucket to its policy', async () => {
    const notifying = {
      ...bucket('drops').Properties,
      NotificationConfiguration: { QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: arn('nobody') }] },
    };
    const stack = (DeletionPolicy: string) => ({ B: { ...bucket('drops'), Properties: notifying, DeletionPolicy } });
    await expect(deploy(stack('RetainExceptOnCreate'))).rejects.toThrow('Unable to validate');
    expect(await cloud.inventory()).toEqual([]);
    await cloud.destroy(S);
    await expect(deploy(stack('Retain'))).rejects.toThrow('Unable to validate');
    expect(await cloud.inventory()).toEqual(['arn:aws:s3:::drops']);
  });

  test('with a protected table ends in ROLLBACK_FAILED, and the table is there', async () => {
    const protectedTable = table({ DeletionProtectionEnabled: true });
    await expect(deploy({ Table: protectedTable, Failing: { ...failing, DependsOn: 'Table' } })).rejects.toThrow();
    expect(cloud.stack('S').status).toBe('ROLLBACK_FAILED');
    expect(cloud.stack('S').events.find(({ status }) => status === 'DELETE_FAILED')?.reason).toContain(
      'currently protected against deletion',
    );
    expect(await cloud.inventory()).toEqual([LEDGER]);
  });

  test('for its template makes no stack at all', async () => {
    const circle = { A: { ...queue('a'), DependsOn: 'B' }, B: { ...queue('b'), DependsOn: 'A' } };
    await expect(deploy(circle)).rejects.toThrow('circular dependency between resources: A → B → A');
    await expect(deploy({ A: { Type: 'AWS::EC2::Instance' } })).rejects.toThrow(
      'this type of resource is not supported',
    );
    expect(() => cloud.stack('S')).toThrow('There are 0 stacks of the name S');
    await deploy({ A: queue('a') });
  });
});

describe('an update', () => {
  test('changes in place, adds, removes, and gives the new outputs', async () => {
    await deploy({ Kept: queue('kept'), Old: queue('old') }, { Url: { Ref: 'Old' } });
    const done = await deploy({ Kept: queue('kept', { DelaySeconds: 7 }), New: queue('new') }, { Url: { Ref: 'New' } });
    expect(done).toEqual({ created: ['New'], updated: ['Kept'], replaced: [], removed: ['Old'], left: [] });
    expect(settingsOf('kept').delaySeconds).toBe(7);
    expect(await cloud.inventory()).toEqual([arn('kept'), arn('new')]);
    expect(cloud.outputs('S')).toEqual({ Url: `${cloud.url}/${ACCOUNT}/new` });
    expect(cloud.stack('S').status).toBe('UPDATE_COMPLETE');
  });

  test('of nothing does nothing', async () => {
    await deploy({ Queue: queue('q') });
    const { events } = cloud.stack('S');
    await deploy({ Queue: queue('q') });
    expect(cloud.stack('S').events).toEqual(events);
  });

  test('keeps the messages of a queue', async () => {
    await deploy({ Queue: queue('q') });
    cloud.sqs.queueByArn(arn('q'))!.send({ body: 'waiting' }, 'me');
    await deploy({ Queue: queue('q', { VisibilityTimeout: 90 }) });
    const [message] = await cloud.sqs.queueByArn(arn('q'))!.receive({ maxMessages: 1 });
    expect(message?.body).toBe('waiting');
  });

  test('replaces what has another name by then, tells those that refer to it, and removes the old one', async () => {
    const policy = {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Queue' }],
        PolicyDocument: {
          Statement: { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: { 'Fn::GetAtt': 'Queue.Arn' } },
        },
      },
    };
    await deploy({ Queue: queue('before'), Policy: policy });
    const done = await deploy({ Queue: queue('after'), Policy: policy });
    expect(done).toMatchObject({ replaced: ['Queue'], updated: ['Policy'], removed: [] });
    expect(await cloud.inventory()).toEqual([arn('after')]);
    expect(cloud.sqs.queueByArn(arn('after'))!.policy).toBeDefined();
  });

  test('gives what is replaced another name where CloudFormation makes it', async () => {
    const unnamed = (KeySchema: object[], AttributeDefinitions: object[]) =>
      table({ TableName: undefined, KeySchema, AttributeDefinitions });
    const key = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];
    const type = (AttributeName: string) => [{ AttributeName, AttributeType: 'S' }];
    const described = (name: string) => stackOf({ Table: JSON.parse(JSON.stringify(unnamed(key(name), type(name)))) });
    await cloud.deploy(described('a'));
    const [first] = cloud.stack('S').resources;
    await cloud.deploy(described('b'));
    const [second] = cloud.stack('S').resources;
    expect(second!.physicalId).not.toBe(first!.physicalId);
    expect(await cloud.inventory()).toHaveLength(1);
  });

  test('that would replace a named resource is refused, and all goes back', async () => {
    await deploy({ Queue: queue('q'), Table: table() });
    const other = table({ KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }] });
    await expect(
      deploy({ Queue: queue('q', { DelaySeconds: 3 }), Table: { ...other, DependsOn: 'Queue' } }),
    ).rejects.toThrow(
      'cannot update a stack when a custom-named resource requires replacing. Rename ledger and update the stack again.',
    );
    expect(cloud.stack('S').status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(settingsOf('q').delaySeconds).toBe(0);
  });

  test('that fails half-way goes back: what was changed, what was added, what was replaced', async () => {
    await deploy({ Changed: queue('changed'), Replaced: queue('before') }, { Url: { Ref: 'Replaced' } });
    const before = cloud.stack('S');
    const kept = bucket('kept', { DeletionPolicy: 'Retain' });
    const undone = bucket('undone', { DeletionPolicy: 'RetainExceptOnCreate' });
    const first = {
      Changed: queue('changed', { DelaySeconds: 9 }),
      Replaced: queue('after'),
      Kept: kept,
      Undone: undone,
    };
    const later = { ...failing, DependsOn: Object.keys(first) };
    await expect(deploy({ ...first, Failing: later })).rejects.toThrow('The role with name nobody');

    expect(settingsOf('changed').delaySeconds).toBe(0);
    expect(await cloud.inventory()).toEqual(['arn:aws:s3:::kept', arn('before'), arn('changed')]);
    expect(cloud.stack('S')).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      outputs: before.outputs,
      resources: before.resources,
    });
    now += 61_000;
    await deploy({ Changed: queue('changed', { DelaySeconds: 9 }) });
    expect(cloud.stack('S').status).toBe('UPDATE_COMPLETE');
  });

  test('keeps what it no longer has, where the old template wants it kept', async () => {
    await deploy({ Kept: bucket('kept', { DeletionPolicy: 'RetainExceptOnCreate' }), Queue: queue('q') });
    expect(await deploy({ Queue: queue('q') })).toMatchObject({ left: ['Kept'], removed: [] });
    expect(await cloud.inventory()).toEqual(['arn:aws:s3:::kept', arn('q')]);
  });

  test('keeps what it replaces, where that is wanted', async () => {
    const named = (name: string) => ({ ...queue(name), UpdateReplacePolicy: 'Retain' });
    await deploy({ Queue: named('before') });
    expect(await deploy({ Queue: named('after') })).toMatchObject({ replaced: ['Queue'], left: ['Queue'] });
    expect(await cloud.inventory()).toEqual([arn('after'), arn('before')]);
  });

  test('stands although the service refuses to remove what is no longer wanted', async () => {
    await deploy({ Bucket: bucket('full'), Queue: queue('q') });
    await put('full');
    expect(await deploy({ Queue: queue('q') })).toMatchObject({ left: ['Bucket'] });
    expect(cloud.stack('S')).toMatchObject({ status: 'UPDATE_COMPLETE', resources: [{ logicalId: 'Queue' }] });
  });

  test.each<[string, Resources, Resources, string]>([
    [
      'a property that can’t be changed here',
      { A: table() },
      { A: table({ BillingMode: 'PROVISIONED' }) },
      'update of property BillingMode of type AWS::DynamoDB::Table is not supported here',
    ],
    ['another type of the same id', { A: queue('q') }, { A: bucket('b') }, 'Update of resource type is not permitted'],
    [
      'the same name under another id',
      { A: queue('q') },
      { B: queue('q') },
      'A queue already exists with the same name',
    ],
  ])('with %s is refused', async (_, before, after, problem) => {
    await deploy(before);
    await expect(deploy(after)).rejects.toThrow(problem);
    expect(cloud.stack('S').resources).toMatchObject([{ logicalId: 'A' }]);
  });

  test('of a role reaches its policies and its trust, and leaves those that others attached', async () => {
    const attached = {
      ...failing,
      Properties: { ...failing.Properties, PolicyName: 'attached', Roles: [{ Ref: 'Role' }] },
    };
    await deploy({ Role: lambdaRole(allow('sqs:*')), Attached: attached });
    const role = () => cloud.directory.findRole(ACCOUNT, 'role')!;
    const { roleId } = role();
    const after = { ...lambdaRole(), Properties: { ...lambdaRole().Properties, MaxSessionDuration: 7200 } };
    await deploy({ Role: after, Attached: attached });
    expect(role()).toMatchObject({ roleId, maxSessionDurationSeconds: 7200, policies: [{ name: 'attached' }] });
  });

  test('keeps the parameters that it is not given', async () => {
    const sections = {
      Parameters: { Delay: { Type: 'Number', Default: 1 }, Relay: { Type: 'String', Default: 'first' } },
      Rules: {
        SameRelay: {
          Assertions: [
            { Assert: { 'Fn::Equals': [{ Ref: 'Relay' }, 'first'] }, AssertDescription: 'Stack S is of relay first.' },
          ],
        },
      },
    };
    const stack = (parameters: Record<string, string>, more: object = {}) =>
      stackOf({ Queue: queue('q', { DelaySeconds: { Ref: 'Delay' }, ...more }) }, { sections, parameters });
    await cloud.deploy(stack({ Delay: '5' }));
    await cloud.deploy(stack({}, { VisibilityTimeout: 60 }));
    expect(settingsOf('q')).toMatchObject({ delaySeconds: 5, visibilityTimeoutSeconds: 60 });
    await expect(cloud.deploy(stack({ Relay: 'second' }))).rejects.toThrow(
      'Rules.SameRelay: Stack S is of relay first.',
    );
    expect(cloud.stack('S')).toMatchObject({ status: 'UPDATE_COMPLETE', parameters: { Delay: '5', Relay: 'first' } });
  });
});

describe('a deletion', () => {
  test('removes everything but what is to be kept, and the name is free again', async () => {
    await deploy({ Queue: queue('q'), Bucket: bucket('kept', { DeletionPolicy: 'Retain' }) });
    expect(await cloud.destroy(S)).toMatchObject({ removed: ['Queue'], left: ['Bucket'] });
    expect(await cloud.inventory()).toEqual(['arn:aws:s3:::kept']);
    expect(cloud.stack('S')).toMatchObject({ status: 'DELETE_COMPLETE', resources: [] });
    await expect(cloud.destroy(S)).rejects.toThrow('Stack with id S does not exist');
    await expect(deploy({ Queue: queue('q') })).rejects.toThrow('You must wait 60 seconds after deleting a queue');
    await cloud.destroy(S);
    now += 61_000;
    await deploy({ Queue: queue('q') });
  });

  test('that a service refuses in part goes on where it can, and can be tried again', async () => {
    await deploy({
      Bucket: bucket('full'),
      Queue: queue('q'),
      Policy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: { Ref: 'Bucket' },
          PolicyDocument: {
            Statement: { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::full/*' },
          },
        },
      },
    });
    await put('full');
    await expect(cloud.destroy(S)).rejects.toThrow(
      'The following resource(s) failed to delete: [Bucket]. The bucket you tried to delete is not empty',
    );
    expect(cloud.stack('S')).toMatchObject({ status: 'DELETE_FAILED', resources: [{ logicalId: 'Bucket' }] });
    await expect(deploy({})).rejects.toThrow('is in DELETE_FAILED state and can not be updated');
    cloud.s3.bucket('full').removeVersion('k', 'null');
    await cloud.destroy(S);
    expect(await cloud.inventory()).toEqual([]);
  });

  test('of a role that somebody gave another policy is refused', async () => {
    await deploy({ Role: lambdaRole(allow('sqs:*')) });
    const { arn: roleArn } = cloud.directory.findRole(ACCOUNT, 'role')!;
    cloud.directory.putRolePolicy(roleArn, { name: 'by-hand', document: { Statement: [] } });
    await expect(cloud.destroy(S)).rejects.toThrow('Cannot delete entity, must delete policies first.');
    cloud.directory.removeRolePolicy(roleArn, 'by-hand');
    await cloud.destroy(S);
  });

  test('of a protected table is refused, unless an update has lifted the protection before', async () => {
    await deploy({ Table: table({ DeletionProtectionEnabled: true }) });
    await expect(cloud.destroy(S)).rejects.toThrow('currently protected against deletion');
    expect(await cloud.inventory()).toEqual([LEDGER]);
    await cloud.dynamodb.deleteTable({ account: ACCOUNT, region: REGION }, 'ledger');
    const lifted = { ...S, name: 'Lifted' };
    await cloud.deploy(stackOf({ Table: table({ DeletionProtectionEnabled: true }) }, lifted));
    await cloud.deploy(stackOf({ Table: table() }, lifted));
    await cloud.destroy(lifted);
    expect(await cloud.inventory()).toEqual([]);
  });
});
