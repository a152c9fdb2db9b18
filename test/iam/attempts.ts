/** What a role might try: one request for each action that the local AWS serves, on the relay's things and on others'. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { CANARY_PREFIX } from '../../functions/core/reserved-keys.ts';
import { ACCOUNT_C, CUSTOMER_BUCKET } from '../support/pulling.ts';
import {
  ACCOUNT_A,
  ACCOUNT_B,
  type AwsClients,
  DESTINATION_BUCKET,
  LEDGER_TABLE,
  PREFIX,
  REGION,
  SOURCE_BUCKET,
  WRITER_ROLE_ARN,
} from '../support/two-accounts.ts';
import { type Attempt, asked } from './attempt.ts';
import { doorAttempts, onBucketsDoor, onFunctionsDoor } from './door-attempts.ts';
import { elsewhereBucket, furtherBucket } from './elsewhere.ts';
import { keyAttempts } from './key-attempts.ts';
import { type ProofWorld, PULLED_PREFIX } from './proof-world.ts';
import { REPORT_KEYS, reportBucket } from './report-bucket.ts';
import { isFreshCopy } from './world.ts';

export function attemptsOf(world: ProofWorld, account: string): Attempt[] {
  const { cloud, pulls } = world;
  const isSource = account === ACCOUNT_A;
  const buckets = [
    { bucket: SOURCE_BUCKET, key: 'there', account: ACCOUNT_A },
    { bucket: DESTINATION_BUCKET, key: `${PREFIX}there`, account: ACCOUNT_B },
    { bucket: DESTINATION_BUCKET, key: 'outside-the-prefix', account: ACCOUNT_B },
    { bucket: elsewhereBucket(account), key: 'there', account },
    ...REPORT_KEYS.map((key) => ({ bucket: reportBucket(cloud), key, account: ACCOUNT_A })),
    ...(pulls ? [`${PULLED_PREFIX}there`, 'there'] : []).map((key) => ({
      bucket: CUSTOMER_BUCKET,
      key,
      account: ACCOUNT_C,
    })),
  ];
  const queues = cloud.sqs.all().filter((queue) => queue.account === account);
  const functions = cloud.lambda.functions.list(account, REGION).filter(({ name }) => !isFreshCopy(name));
  const tables = ['elsewhere', ...(isSource ? [LEDGER_TABLE] : [])];
  const roles = [`arn:aws:iam::${account}:role/elsewhere`, ...(isSource ? [WRITER_ROLE_ARN] : [])];
  return [
    ...buckets.flatMap((place) => [...bucketAttempts(place), ...objectAttempts(place)]),
    ...queues.flatMap(({ name }) => queueAttempts(account, name)),
    listsInventories(furtherBucket(account), account),
    ...tables.flatMap((name) => tableAttempts(account, name)),
    ...roles.map(assumeRole),
    ...accountAttempts(account),
    ...functions.flatMap(({ name }) => functionAttempts(account, name)),
    ...iamAttempts(account),
    asked('logs:CreateLogGroup', `arn:aws:logs:${REGION}:${account}:log-group:another`),
    asked('logs:CreateLogStream', `arn:aws:logs:${REGION}:${account}:log-group:another:log-stream:s`),
    asked('logs:FilterLogEvents', `arn:aws:logs:${REGION}:${account}:log-group:another:log-stream:`),
    asked('logs:PutLogEvents', `arn:aws:logs:${REGION}:${account}:log-group:another:log-stream:s`),
    ...doorAttempts(account),
    ...keyAttempts(world, account),
  ];
}

interface BucketPlace {
  bucket: string;
  key: string;
  account: string;
}

function bucketAttempts({ bucket: Bucket, account }: BucketPlace): Attempt[] {
  const on = (action: string, run: (s3: AwsClients['s3']) => Promise<unknown>): Attempt => ({
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${Bucket}`,
    account,
    run: ({ clients }) => run(clients.s3),
  });
  return [
    // By the one prefix that a reader may ask for, so that it is the bucket which decides.
    on('ListBucket', (s3) => s3.send(new ListObjectsV2Command({ Bucket, Prefix: PULLED_PREFIX }))),
    // The same for the canary.
    on('ListBucket', (s3) => s3.send(new ListObjectsV2Command({ Bucket, Prefix: CANARY_PREFIX }))),
    on('ListBucketVersions', (s3) => s3.send(new ListObjectVersionsCommand({ Bucket }))),
    on('ListBucketMultipartUploads', (s3) => s3.send(new ListMultipartUploadsCommand({ Bucket }))),
    on('GetBucketLocation', (s3) => s3.send(new GetBucketLocationCommand({ Bucket }))),
    on('GetBucketVersioning', (s3) => s3.send(new GetBucketVersioningCommand({ Bucket }))),
    // It isn't empty, so whoever may delete it hears of that.
    on('DeleteBucket', (s3) => s3.send(new DeleteBucketCommand({ Bucket }))),
    ...onBucketsDoor(Bucket, account),
  ];
}

/** By the one prefix that replay may ask for in the bucket of the inventory. */
function listsInventories(Bucket: string, account: string): Attempt {
  const Prefix = `${SOURCE_BUCKET}/daily/`;
  return {
    action: 's3:ListBucket',
    resource: `arn:aws:s3:::${Bucket}`,
    account,
    run: ({ clients }) => clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix })),
  };
}

function objectAttempts({ bucket: Bucket, key: Key, account }: BucketPlace): Attempt[] {
  const on = (action: string, run: (s3: AwsClients['s3']) => Promise<unknown>): Attempt => ({
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${Bucket}/${Key}`,
    account,
    run: ({ clients }) => run(clients.s3),
  });
  const there = { Bucket, Key };
  const VersionId = 'null';
  const UploadId = 'nobody-began-it';
  const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] };
  // What is deleted or written must not be what is read: each attempt shall find the same world.
  const other = { Bucket, Key: `${Key}.attempt` };
  const onOther = (action: string, run: (s3: AwsClients['s3']) => Promise<unknown>): Attempt => ({
    ...on(action, run),
    resource: `arn:aws:s3:::${Bucket}/${other.Key}`,
  });
  return [
    on('GetObject', (s3) => s3.send(new GetObjectCommand(there))),
    on('GetObjectVersion', (s3) => s3.send(new GetObjectCommand({ ...there, VersionId }))),
    on('GetObjectTagging', (s3) => s3.send(new GetObjectTaggingCommand(there))),
    on('GetObjectVersionTagging', (s3) => s3.send(new GetObjectTaggingCommand({ ...there, VersionId }))),
    on('GetObjectAcl', (s3) => s3.send(new GetObjectAclCommand(there))),
    on('PutObjectTagging', (s3) => s3.send(new PutObjectTaggingCommand({ ...there, Tagging }))),
    on('PutObjectAcl', (s3) => s3.send(new PutObjectAclCommand({ ...there, ACL: 'bucket-owner-full-control' }))),
    onOther('PutObject', (s3) => s3.send(new PutObjectCommand({ ...other, Body: 'x' }))),
    onOther('DeleteObject', (s3) => s3.send(new DeleteObjectCommand(other))),
    onOther('DeleteObjectVersion', (s3) => s3.send(new DeleteObjectCommand({ ...other, VersionId }))),
    onOther('DeleteObjectTagging', (s3) => s3.send(new DeleteObjectTaggingCommand(other))),
    on('AbortMultipartUpload', (s3) => s3.send(new AbortMultipartUploadCommand({ ...there, UploadId }))),
    on('ListMultipartUploadParts', (s3) => s3.send(new ListPartsCommand({ ...there, UploadId }))),
  ];
}

function queueAttempts(account: string, name: string): Attempt[] {
  const resource = `arn:aws:sqs:${REGION}:${account}:${name}`;
  const on = (action: string, run: (sqs: AwsClients['sqs'], QueueUrl: string) => Promise<unknown>): Attempt => ({
    action: `sqs:${action}`,
    resource,
    account,
    run: ({ clients, world }) => run(clients.sqs, world.cloud.sqs.urlOf(world.cloud.sqs.queueByArn(resource)!)),
  });
  const ReceiptHandle = 'nobody-received-it';
  return [
    on('SendMessage', (sqs, QueueUrl) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'attempt' }))),
    on('ReceiveMessage', (sqs, QueueUrl) => sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }))),
    on('DeleteMessage', (sqs, QueueUrl) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))),
    on('ChangeMessageVisibility', (sqs, QueueUrl) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 })),
    ),
    on('GetQueueUrl', (sqs) => sqs.send(new GetQueueUrlCommand({ QueueName: name }))),
    on('GetQueueAttributes', (sqs, QueueUrl) => sqs.send(new GetQueueAttributesCommand({ QueueUrl }))),
    on('ListDeadLetterSourceQueues', (sqs, QueueUrl) => sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl }))),
    on('PurgeQueue', (sqs, QueueUrl) => sqs.send(new PurgeQueueCommand({ QueueUrl }))),
    on('StartMessageMoveTask', (sqs) => sqs.send(new StartMessageMoveTaskCommand({ SourceArn: resource }))),
    on('ListMessageMoveTasks', (sqs) => sqs.send(new ListMessageMoveTasksCommand({ SourceArn: resource }))),
  ];
}

function tableAttempts(account: string, TableName: string): Attempt[] {
  const on = (action: string, run: (dynamodb: AwsClients['dynamodb']) => Promise<unknown>): Attempt => ({
    action: `dynamodb:${action}`,
    resource: `arn:aws:dynamodb:${REGION}:${account}:table/${TableName}`,
    account,
    run: ({ clients }) => run(clients.dynamodb),
  });
  const Key = { id: { S: 'attempt' } };
  return [
    on('GetItem', (dynamodb) => dynamodb.send(new GetItemCommand({ TableName, Key }))),
    on('PutItem', (dynamodb) => dynamodb.send(new PutItemCommand({ TableName, Item: Key }))),
    on('UpdateItem', (dynamodb) => dynamodb.send(new UpdateItemCommand({ TableName, Key }))),
    on('DeleteItem', (dynamodb) => dynamodb.send(new DeleteItemCommand({ TableName, Key }))),
    on('Query', (dynamodb) =>
      dynamodb.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': { S: 'attempt' } },
        }),
      ),
    ),
    on('Scan', (dynamodb) => dynamodb.send(new ScanCommand({ TableName }))),
    on('BatchGetItem', (dynamodb) =>
      dynamodb.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [Key] } } })),
    ),
    on('BatchWriteItem', (dynamodb) =>
      dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: Key } }] } })),
    ),
    on('DescribeTable', (dynamodb) => dynamodb.send(new DescribeTableCommand({ TableName }))),
  ];
}

function assumeRole(RoleArn: string): Attempt {
  return {
    action: 'sts:AssumeRole',
    resource: RoleArn,
    account: RoleArn.split(':')[4]!,
    run: ({ clients }) => clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'attempt' })),
  };
}

/** On nothing in particular, or on what every account has. */
function accountAttempts(account: string): Attempt[] {
  const bus = (name: string) => `arn:aws:events:${REGION}:${account}:event-bus/${name}`;
  const putEvents = (name: string): Attempt => ({
    action: 'events:PutEvents',
    resource: bus(name),
    account,
    run: ({ clients }) =>
      clients.eventBridge.send(
        new PutEventsCommand({
          Entries: [{ EventBusName: bus(name), Source: 'upload-relay', DetailType: 'attempt', Detail: '{}' }],
        }),
      ),
  });
  const plain = (action: string, resource: string, run: (clients: AwsClients) => Promise<unknown>): Attempt => ({
    action,
    resource,
    account: undefined,
    run: ({ clients }) => run(clients),
  });
  return [
    putEvents('default'),
    putEvents('another'),
    plain('s3:ListAllMyBuckets', '*', ({ s3 }) => s3.send(new ListBucketsCommand({}))),
    plain('s3:CreateBucket', 'arn:aws:s3:::attempted-bucket', ({ s3 }) =>
      s3.send(new CreateBucketCommand({ Bucket: 'attempted-bucket' })),
    ),
    plain('sqs:ListQueues', `arn:aws:sqs:${REGION}:${account}:*`, ({ sqs }) => sqs.send(new ListQueuesCommand({}))),
    plain('dynamodb:ListTables', `arn:aws:dynamodb:${REGION}:${account}:table/*`, ({ dynamodb }) =>
      dynamodb.send(new ListTablesCommand({})),
    ),
    plain('lambda:ListFunctions', '*', ({ lambda }) => lambda.send(new ListFunctionsCommand({}))),
  ];
}

function functionAttempts(account: string, FunctionName: string): Attempt[] {
  const on = (action: string, run: (lambda: AwsClients['lambda']) => Promise<unknown>): Attempt => ({
    action: `lambda:${action}`,
    resource: `arn:aws:lambda:${REGION}:${account}:function:${FunctionName}`,
    account,
    run: ({ clients }) => run(clients.lambda),
  });
  return [
    on('InvokeFunction', (lambda) => lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }))),
    on('GetFunction', (lambda) => lambda.send(new GetFunctionCommand({ FunctionName }))),
    on('GetFunctionConfiguration', (lambda) => lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))),
    ...onFunctionsDoor(account, FunctionName),
  ];
}

/** The ways to more power, on the role itself and on others. */
function iamAttempts(account: string): Attempt[] {
  const roles = [account === ACCOUNT_A ? 'upload-relay' : 'upload-relay-writer', 'elsewhere'];
  const onRoles = [
    'PutRolePolicy',
    'AttachRolePolicy',
    'UpdateAssumeRolePolicy',
    'DeleteRolePolicy',
    'PassRole',
    'GetRole',
  ];
  const onUsers = ['CreateUser', 'CreateAccessKey', 'PutUserPolicy', 'AttachUserPolicy'];
  return [
    ...roles.flatMap((name) => onRoles.map((action) => asked(`iam:${action}`, `arn:aws:iam::${account}:role/${name}`))),
    asked('iam:CreateRole', `arn:aws:iam::${account}:role/new`),
    ...onUsers.map((action) => asked(`iam:${action}`, `arn:aws:iam::${account}:user/operator`)),
  ];
}
