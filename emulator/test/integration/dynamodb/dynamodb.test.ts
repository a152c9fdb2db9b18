import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalCloud } from '../../../cloud.ts';
import { templateStack } from '../../../templates/assembly.ts';
import { DeploymentError } from '../../../templates/errors.ts';

const A = '111111111111';
const B = '222222222222';
const REGION = 'eu-west-1';
const TABLE = 'deliveries';
const TABLE_ARN = `arn:aws:dynamodb:${REGION}:${A}:table/${TABLE}`;

const table = (properties: Record<string, unknown> = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: TABLE,
    AttributeDefinitions: [
      { AttributeName: 'route', AttributeType: 'S' },
      { AttributeName: 'key', AttributeType: 'S' },
      { AttributeName: 'day', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'route', KeyType: 'HASH' },
      { AttributeName: 'key', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-day',
        KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    DeletionProtectionEnabled: true,
    SSESpecification: { SSEEnabled: true },
    ...properties,
  },
});

const user = (UserName: string, Statement: object[]) => ({
  Type: 'AWS::IAM::User',
  Properties: { UserName, Policies: [{ PolicyName: 'p', PolicyDocument: { Statement } }] },
});

const stack = (account: string, Resources: Record<string, unknown>, name = 'ledger') =>
  templateStack({
    account,
    region: REGION,
    name,
    template: {
      Resources,
      Outputs: { Name: { Value: { Ref: 'Table' } }, Arn: { Value: { 'Fn::GetAtt': 'Table.Arn' } } },
    },
  });

let cloud: LocalCloud;
let a: DynamoDBClient;
let b: DynamoDBClient;
let reader: DynamoDBClient;

function clientOf(credentials: { accessKeyId: string; secretAccessKey: string }, region = REGION): DynamoDBClient {
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem, keepAlive: true }) });
  return new DynamoDBClient({ endpoint: cloud.url, region, credentials, requestHandler, maxAttempts: 1 });
}

const userClient = (name: string) => clientOf(cloud.directory.addAccessKey(A, name));

beforeAll(async () => {
  const users = {
    Writer: user('writer', [{ Effect: 'Allow', Action: 'dynamodb:UpdateItem', Resource: TABLE_ARN }]),
    Putter: user('putter', [{ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: TABLE_ARN }]),
    Reader: user('reader', [
      { Effect: 'Allow', Action: 'dynamodb:BatchGetItem', Resource: TABLE_ARN },
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: `${TABLE_ARN}/index/*` },
    ]),
  };
  cloud = await LocalCloud.start({
    stacks: [stack(A, { Table: table(), ...users }), stack(B, { Table: table() })],
  });
  a = clientOf(cloud.operator(A));
  b = clientOf(cloud.operator(B));
  reader = userClient('reader');
});
afterAll(() => cloud.close());

const keyOf = (key: string, route = 'main') => ({ route: { S: route }, key: { S: key } });

/** Writes only what is newer than what the table holds, as a ledger does. */
const record = (key: string, sequencer: string) =>
  new UpdateItemCommand({
    TableName: TABLE,
    Key: keyOf(key),
    UpdateExpression: 'SET sequencer = :s, #d = :day ADD attempts :one',
    ConditionExpression: 'attribute_not_exists(sequencer) OR sequencer < :s',
    ExpressionAttributeNames: { '#d': 'day' },
    ExpressionAttributeValues: { ':s': { S: sequencer }, ':day': { S: 'monday' }, ':one': { N: '1' } },
    ReturnValues: 'ALL_NEW',
  });

describe('a conditional update', () => {
  test('writes what is newer and refuses what is older', async () => {
    expect((await a.send(record('conditional', '0A'))).Attributes).toMatchObject({ attempts: { N: '1' } });
    expect((await a.send(record('conditional', '0C'))).Attributes).toMatchObject({ attempts: { N: '2' } });
    const older = await a.send(record('conditional', '0B')).catch((error: unknown) => error);
    expect(older).toBeInstanceOf(ConditionalCheckFailedException);
    expect(older).toMatchObject({ message: 'The conditional request failed', $metadata: { httpStatusCode: 400 } });
    const { Item } = await a.send(new GetItemCommand({ TableName: TABLE, Key: keyOf('conditional') }));
    expect(Item).toMatchObject({ sequencer: { S: '0C' }, attempts: { N: '2' } });
  });

  test('of many at once lets one through', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => a.send(record('race', '01'))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a put whose condition is not met', () => {
  /** Only where there is nothing yet. */
  const first = (key: string, by: string, ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE') =>
    new PutItemCommand({
      TableName: TABLE,
      Item: { ...keyOf(key), by: { S: by } },
      ConditionExpression: 'attribute_not_exists(route)',
      ReturnValuesOnConditionCheckFailure,
    });
  let putter: DynamoDBClient;
  beforeAll(() => {
    putter = userClient('putter');
  });

  test('tells what is there, if asked, to one who may put and may not get', async () => {
    await putter.send(first('told', 'me', 'ALL_OLD'));
    const refused = await putter.send(first('told', 'you', 'ALL_OLD')).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConditionalCheckFailedException);
    expect(refused).toMatchObject({ Item: { ...keyOf('told'), by: { S: 'me' } } });
    const asked = putter.send(new GetItemCommand({ TableName: TABLE, Key: keyOf('told') }));
    await expect(asked).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test.each([undefined, 'NONE' as const])('tells nothing with %s', async (returned) => {
    await putter.send(first(`untold ${returned}`, 'me'));
    const refused = await putter.send(first(`untold ${returned}`, 'you', returned)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConditionalCheckFailedException);
    expect(refused).toMatchObject({ Item: undefined });
  });

  test('has no item to tell where there is none', async () => {
    const command = first('nothing', 'me', 'ALL_OLD');
    command.input.ConditionExpression = 'attribute_exists(route) AND attribute_not_exists(route)';
    const refused = await putter.send(command).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConditionalCheckFailedException);
    expect(refused).toMatchObject({ Item: undefined });
  });

  test('tells all of what is there to one of many at once', async () => {
    const outcomes = await Promise.allSettled(
      ['one', 'two', 'three', 'four'].map((by) => putter.send(first('raced', by, 'ALL_OLD'))),
    );
    const told = outcomes.flatMap((each) =>
      each.status === 'rejected' ? [(each.reason as ConditionalCheckFailedException).Item?.['by']?.S] : [],
    );
    expect(told).toHaveLength(3);
    expect(new Set(told).size).toBe(1);
  });

  test('must say so in DynamoDB’s words', async () => {
    const sent = putter.send(first('worded', 'me', 'ALL_NEW' as 'NONE'));
    await expect(sent).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

test('items are written and read in batches, by index and in pages', async () => {
  const names = ['b1', 'b2', 'b3', 'b4', 'b5'];
  const day = { day: { S: 'batch' } };
  const puts = names.map((key) => ({ PutRequest: { Item: { ...keyOf(key, 'batch'), ...day } } }));
  await a.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: puts } }));

  const Keys = [...names, 'missing'].map((key) => keyOf(key, 'batch'));
  const { Responses, UnprocessedKeys } = await a.send(new BatchGetItemCommand({ RequestItems: { [TABLE]: { Keys } } }));
  expect(Responses![TABLE]!.map(({ key }) => key!.S).toSorted()).toEqual(names);
  expect(UnprocessedKeys).toEqual({});

  const query = {
    TableName: TABLE,
    KeyConditionExpression: 'route = :r AND begins_with(#k, :b)',
    ExpressionAttributeNames: { '#k': 'key' },
    ExpressionAttributeValues: { ':r': { S: 'batch' }, ':b': { S: 'b' } },
    Limit: 3,
  };
  const first = await a.send(new QueryCommand(query));
  const rest = await a.send(new QueryCommand({ ...query, ExclusiveStartKey: first.LastEvaluatedKey }));
  expect([...first.Items!, ...rest.Items!].map(({ key }) => key!.S)).toEqual(names);

  const byDay = await a.send(
    new QueryCommand({
      TableName: TABLE,
      IndexName: 'by-day',
      KeyConditionExpression: '#d = :d',
      ExpressionAttributeNames: { '#d': 'day' },
      ExpressionAttributeValues: { ':d': { S: 'batch' } },
    }),
  );
  expect(byDay.Count).toBe(names.length);
});

test('two accounts, and two regions, with a table of one name are kept apart', async () => {
  const Item = { ...keyOf('apart'), owner: { S: 'a' } };
  await a.send(new PutItemCommand({ TableName: TABLE, Item }));
  expect((await a.send(new ScanCommand({ TableName: TABLE }))).Items).toContainEqual(Item);
  expect((await b.send(new ScanCommand({ TableName: TABLE }))).Items).toEqual([]);

  const { Table } = await b.send(new DescribeTableCommand({ TableName: TABLE }));
  expect(Table).toMatchObject({ TableArn: TABLE_ARN.replace(A, B), TableStatus: 'ACTIVE' });
  expect(cloud.outputs('ledger', A)).toEqual({ Name: TABLE, Arn: TABLE_ARN });

  const elsewhere = clientOf(cloud.operator(A), 'us-east-1');
  expect((await elsewhere.send(new ListTablesCommand())).TableNames).toEqual([]);
  await expect(elsewhere.send(record('apart', '1'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

describe('without a grant', () => {
  test('an operation is refused in words that name it and the table', async () => {
    const writer = userClient('writer');
    await writer.send(record('granted', '1'));
    await expect(writer.send(new GetItemCommand({ TableName: TABLE, Key: keyOf('granted') }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${A}:user/writer is not authorized to perform: dynamodb:GetItem on resource: ${TABLE_ARN} because no identity-based policy allows the dynamodb:GetItem action`,
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.each([
    [
      'one table of a batch',
      new BatchGetItemCommand({ RequestItems: { [TABLE]: { Keys: [keyOf('x')] }, other: { Keys: [keyOf('x')] } } }),
      'table/other',
    ],
    [
      'the table behind a permitted index',
      new QueryCommand({
        TableName: TABLE,
        KeyConditionExpression: 'route = :r',
        ExpressionAttributeValues: { ':r': { S: 'x' } },
      }),
      `table/${TABLE}`,
    ],
    ['the list of tables', new ListTablesCommand(), 'table/*'],
  ])('%s is refused', async (_, command, resource) => {
    const sent = reader.send(command as ListTablesCommand);
    await expect(sent).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`:${resource} because`),
    });
  });
});

describe('what is not done here is refused by name', () => {
  test('an operation', async () => {
    const Update = { TableName: TABLE, Key: keyOf('x'), UpdateExpression: 'REMOVE a' };
    await expect(a.send(new TransactWriteItemsCommand({ TransactItems: [{ Update }] }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('TransactWriteItems'),
    });
  });

  test('a parameter', async () => {
    const command = record('x', '1');
    command.input.ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
    await expect(a.send(command)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('ReturnValuesOnConditionCheckFailure'),
    });
  });

  test.each([
    ['a stream', { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }, 'StreamSpecification is not supported'],
    [
      'time to live',
      { TimeToLiveSpecification: { AttributeName: 't', Enabled: true } },
      'TimeToLiveSpecification is not supported',
    ],
    [
      'a table without throughput',
      { BillingMode: 'PROVISIONED' },
      'must both be specified when BillingMode is PROVISIONED',
    ],
  ])('%s in a template', async (name, properties, problem) => {
    const deployed = cloud.deploy(
      stack(B, { Table: table({ TableName: 'refused', ...properties }) }, `refused-${name}`),
    );
    await expect(deployed).rejects.toThrow(DeploymentError);
    await expect(deployed).rejects.toThrow(problem);
  });
});

test('an unsigned request gets its answer in the words of DynamoDB, with their checksum', async () => {
  const headers = { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpsRequest(cloud.url, { method: 'POST', headers, ca: cloud.caPem }, resolve);
    request.once('error', reject).end('{}');
  });
  const body = await text(response);
  expect(JSON.parse(body).__type).toBe('com.amazon.coral.service#MissingAuthenticationTokenException');
  expect(response).toMatchObject({ statusCode: 400, headers: { 'x-amz-crc32': String(crc32(body)) } });
});

describe('a table that shall go', () => {
  const TableName = 'short-lived';
  const protect = (DeletionProtectionEnabled: boolean) =>
    a.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled }));

  test('goes once its protection is lifted, and its stack goes after it', async () => {
    await cloud.deploy(stack(A, { Table: table({ TableName }) }, 'short-lived'));
    const remove = () => a.send(new DeleteTableCommand({ TableName }));
    await expect(remove()).rejects.toThrow('currently protected against deletion');
    expect((await protect(false)).TableDescription).toMatchObject({ TableName, DeletionProtectionEnabled: false });
    const { Table } = await a.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ DeletionProtectionEnabled: false });
    await remove();
    await expect(a.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await cloud.destroy({ name: 'short-lived', account: A, region: REGION });
  });

  test('is nobody else’s affair', async () => {
    for (const [command, action] of [
      [new DeleteTableCommand({ TableName: TABLE }), 'dynamodb:DeleteTable'],
      [new UpdateTableCommand({ TableName: TABLE, DeletionProtectionEnabled: false }), 'dynamodb:UpdateTable'],
    ] as const) {
      await expect(reader.send(command as DeleteTableCommand)).rejects.toThrow(action);
    }
  });

  test('changes in no other way', async () => {
    const update = a.send(new UpdateTableCommand({ TableName: TABLE, BillingMode: 'PROVISIONED' }));
    await expect(update).rejects.toThrow('BillingMode');
  });
});
