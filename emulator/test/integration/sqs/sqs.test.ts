import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { IamAuthorizer } from '../../../authorization/authorizer.ts';
import { parsePolicy } from '../../../authorization/policy.ts';
import { Gateway } from '../../../http/gateway.ts';
import { createCertificate } from '../../../http/tls.ts';
import { Directory } from '../../../services/iam/state/directory.ts';
import { SqsService } from '../../../services/sqs/service.ts';
import type { Queue } from '../../../services/sqs/state/queue.ts';

const OWNER = '111111111111';
const OTHER = '222222222222';
const REGION = 'us-east-1';
const allowOnQueues = (account: string, ...actions: string[]) =>
  parsePolicy(
    {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: actions, Resource: `arn:aws:sqs:*:${account}:*` }],
    },
    'test',
  );

const now = Date.now();
let skippedSeconds = 0;
const clock = () => now + skippedSeconds * 1000;
const unexpected: unknown[] = [];
const directory = new Directory(clock);
const sqs = new SqsService({ authorizer: new IamAuthorizer(directory), directory, clock, endpoint: () => url });
let url: string;
let gateway: Gateway;
let httpsAgent: Agent;
let owner: SQSClient;
let queue: Queue;
let dead: Queue;
let QueueUrl: string;
let tests = 0;

beforeAll(async () => {
  const certificate = await createCertificate();
  const onUnexpectedError = (error: unknown) => unexpected.push(error);
  gateway = new Gateway({ directory, clock, services: { sqs }, certificate, onUnexpectedError });
  ({ url } = await gateway.listen({ port: 0, host: '127.0.0.1' }));
  httpsAgent = new Agent({ ca: certificate.caPem, keepAlive: true });
  for (const account of [OWNER, OTHER]) directory.addAccount(account);
  owner = clientOf(directory.addRootKey(OWNER));
});

beforeEach(() => {
  tests += 1;
  dead = sqs.createQueue({ account: OWNER, region: REGION, name: `dead-${tests}` });
  queue = sqs.createQueue({
    account: OWNER,
    region: REGION,
    name: `uploads-${tests}`,
    visibilityTimeoutSeconds: 30,
    redrive: { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 },
  });
  QueueUrl = sqs.urlOf(queue);
});

afterAll(async () => {
  sqs.close();
  await gateway.close();
  httpsAgent.destroy();
  expect(unexpected).toEqual([]);
});

function clientOf(credentials: { accessKeyId: string; secretAccessKey: string }, region = REGION): SQSClient {
  const requestHandler = new NodeHttpHandler({ httpsAgent });
  return new SQSClient({ endpoint: url, region, credentials, requestHandler, maxAttempts: 1 });
}

function userClient(account: string, ...actions: string[]): { client: SQSClient; arn: string } {
  const name = `user-${tests}`;
  const policies = actions.length > 0 ? [{ name: 'queues', document: allowOnQueues(OWNER, ...actions) }] : [];
  const { arn } = directory.addUser({ account, name, policies });
  return { client: clientOf(directory.addAccessKey(account, name)), arn };
}

const receiveAll = (client = owner, from = QueueUrl) =>
  client.send(
    new ReceiveMessageCommand({ QueueUrl: from, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
  );

describe('sending and receiving', () => {
  test('a message with attributes comes back whole, and its digests satisfy the SDK', async () => {
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'upload' },
      raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 1]) },
    };
    const sent = await owner.send(new SendMessageCommand({ QueueUrl, MessageBody: 'grüße 🎉', MessageAttributes }));
    expect(sent.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
    const input = { QueueUrl, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
    const { Messages } = await owner.send(new ReceiveMessageCommand(input));
    expect(Messages).toEqual([
      {
        MessageId: sent.MessageId,
        ReceiptHandle: expect.any(String),
        Body: 'grüße 🎉',
        MD5OfBody: sent.MD5OfMessageBody,
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        MessageAttributes,
        Attributes: {
          SenderId: OWNER,
          SentTimestamp: String(clock()),
          ApproximateReceiveCount: '1',
          ApproximateFirstReceiveTimestamp: String(clock()),
        },
      },
    ]);
    await owner.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages![0]!.ReceiptHandle }));
    expect(queue.counts()).toEqual({ visible: 0, notVisible: 0, delayed: 0 });
  });

  test('attributes come only when asked for', async () => {
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'upload' },
      'x.y': { DataType: 'Number', StringValue: '1' },
    };
    for (const MessageBody of ['a', 'b'])
      await owner.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
    const bare = await owner.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Object.keys(bare.Messages![0]!).sort()).toEqual(['Body', 'MD5OfBody', 'MessageId', 'ReceiptHandle']);
    const some = await owner.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['x.*', 'absent'] }));
    expect(Object.keys(some.Messages![0]!.MessageAttributes!)).toEqual(['x.y']);
  });

  test('a long poll answers when a message arrives', async () => {
    const waiting = owner.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    await owner.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    expect((await waiting).Messages).toMatchObject([{ Body: 'a' }]);
  });

  test('in a batch, one bad entry does not stop the others', async () => {
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'bad', MessageBody: 'b\u0000' },
    ];
    const sent = await owner.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful).toMatchObject([{ Id: 'good' }]);
    expect(sent.Failed).toMatchObject([{ Id: 'bad', SenderFault: true, Code: 'InvalidMessageContents' }]);
    const [message] = (await receiveAll()).Messages!;
    const handles = [
      { Id: '1', ReceiptHandle: message!.ReceiptHandle },
      { Id: '2', ReceiptHandle: 'nonsense' },
    ];
    const deleted = await owner.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
    expect(deleted).toMatchObject({ Successful: [{ Id: '1' }], Failed: [{ Id: '2', Code: 'ReceiptHandleIsInvalid' }] });
  });

  test('a queue is found by its URL whatever the host, and by its name', async () => {
    expect(await owner.send(new GetQueueUrlCommand({ QueueName: queue.name }))).toMatchObject({ QueueUrl });
    const elsewhere = `https://sqs.us-east-1.amazonaws.com/${OWNER}/${queue.name}`;
    await owner.send(new SendMessageCommand({ QueueUrl: elsewhere, MessageBody: 'a' }));
    const { Attributes } = await owner.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: '1',
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
    });
    const listed = await owner.send(new ListQueuesCommand({ QueueNamePrefix: queue.name }));
    expect(listed.QueueUrls).toEqual([QueueUrl]);
  });

  test('a list longer than a page goes on', async () => {
    const first = await owner.send(new ListQueuesCommand({ MaxResults: 1 }));
    const second = await owner.send(new ListQueuesCommand({ MaxResults: 1, NextToken: first.NextToken }));
    expect([first.QueueUrls, second.QueueUrls]).toEqual([[expect.any(String)], [expect.any(String)]]);
    expect(second.QueueUrls).not.toEqual(first.QueueUrls);
  });
});

describe('what is set of a queue', () => {
  const set = (Attributes: Record<string, string>, client = owner) =>
    client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  const open = (Principal: object) => ({
    Statement: { Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: '*' },
  });

  async function attribute(name: 'All' | 'RedrivePolicy' | 'VisibilityTimeout'): Promise<string | undefined> {
    const { Attributes = {} } = await owner.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }));
    return Attributes[name];
  }

  test('a policy lets somebody in until it is emptied', async () => {
    const { client } = userClient(OTHER, 'sqs:SendMessage');
    const send = () => client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    await set({ Policy: JSON.stringify(open({ AWS: directory.iamArn(OTHER, 'root') })) });
    await send();
    await set({ Policy: '' });
    await expect(send()).rejects.toThrow('not authorized to perform: sqs:sendmessage');
    const { Attributes = {} } = await owner.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).not.toHaveProperty('Policy');
  });

  test('one setting changes, and the others stay', async () => {
    await set({ VisibilityTimeout: '77' });
    expect([await attribute('VisibilityTimeout'), await attribute('RedrivePolicy')]).toEqual([
      '77',
      JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
    ]);
    await set({ RedrivePolicy: '' });
    expect(await attribute('RedrivePolicy')).toBeUndefined();
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'an attribute of FIFO queues',
      { ContentBasedDeduplication: 'true' },
      'Unknown Attribute ContentBasedDeduplication.',
    ],
    ['a policy that is not JSON', { Policy: 'nobody' }, 'Invalid value for the parameter Policy.'],
    [
      'a policy that speaks of users who are not there',
      { Policy: JSON.stringify(open({ AWS: 'arn:aws:iam::111111111111:role/none' })) },
      'Invalid value for the parameter Policy.',
    ],
    ['a number that is none', { DelaySeconds: 'soon' }, 'Invalid value for the parameter DelaySeconds.'],
    ['a number out of range', { VisibilityTimeout: '43201' }, 'VisibilityTimeout'],
  ])('%s is refused', async (_, attributes, words) => {
    await expect(set(attributes)).rejects.toThrow(words);
  });

  test('it is a permission of its own', async () => {
    const { client } = userClient(OWNER, 'sqs:GetQueueAttributes');
    await expect(set({ Policy: '' }, client)).rejects.toThrow('not authorized to perform: sqs:setqueueattributes');
  });
});

describe('dead letters', () => {
  test('an exhausted message goes to the dead-letter queue, and a redrive brings it back as a new one', async () => {
    const { MessageId } = await owner.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
    await receiveAll();
    skippedSeconds += 30;
    expect((await receiveAll()).Messages).toBeUndefined();
    const deadUrl = sqs.urlOf(dead);
    expect(await owner.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: deadUrl }))).toMatchObject({
      queueUrls: [QueueUrl],
    });
    const [letter] = (await receiveAll(owner, deadUrl)).Messages!;
    expect(letter).toMatchObject({ MessageId, Attributes: { DeadLetterQueueSourceArn: queue.arn } });
    const visibility = { QueueUrl: deadUrl, ReceiptHandle: letter!.ReceiptHandle, VisibilityTimeout: 0 };
    await owner.send(new ChangeMessageVisibilityCommand(visibility));

    await owner.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
    const { Results } = await owner.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn }));
    expect(Results).toMatchObject([{ Status: 'COMPLETED', SourceArn: dead.arn, ApproximateNumberOfMessagesMoved: 1 }]);
    const [back] = (await receiveAll()).Messages!;
    expect(back).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '1' } });
    expect(back!.MessageId).not.toBe(MessageId);
    expect(back!.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
  });

  test('a message that was sent straight to the dead-letter queue has no way back, but may go elsewhere', async () => {
    await owner.send(new SendMessageCommand({ QueueUrl: sqs.urlOf(dead), MessageBody: 'a' }));
    await owner.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
    await owner.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn, DestinationArn: queue.arn }));
    const { Results } = await owner.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn, MaxResults: 10 }));
    expect(Results).toMatchObject([
      { Status: 'COMPLETED', DestinationArn: queue.arn, ApproximateNumberOfMessagesMoved: 1 },
      { Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource', ApproximateNumberOfMessagesMoved: 0 },
    ]);
    expect(queue.counts().visible).toBe(1);
  });

  test('a redrive needs the rights to take from the one queue and to send to the other', async () => {
    const { client } = userClient(
      OWNER,
      'sqs:StartMessageMoveTask',
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
    );
    await expect(client.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }))).rejects.toThrow(
      `not authorized to perform: sqs:sendmessage on resource: `,
    );
  });
});

describe('refusals', () => {
  test.each<[string, () => Promise<unknown>, object]>([
    [
      'a queue that does not exist',
      () => owner.send(new SendMessageCommand({ QueueUrl: `${url}/${OWNER}/none`, MessageBody: 'a' })),
      {
        name: 'QueueDoesNotExist',
        Code: 'AWS.SimpleQueueService.NonExistentQueue',
        message: 'The specified queue does not exist.',
      },
    ],
    [
      'a queue of another region',
      () =>
        clientOf(directory.addRootKey(OWNER), 'eu-west-1').send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' })),
      { name: 'QueueDoesNotExist' },
    ],
    [
      'no receipt handle at all',
      () => owner.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' })),
      { name: 'ReceiptHandleIsInvalid', Code: 'ReceiptHandleIsInvalid' },
    ],
    [
      'a message over 1 MiB',
      () => owner.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a'.repeat(1_048_577) })),
      { Code: 'InvalidParameterValue', message: expect.stringContaining('Message must be shorter than 1048576 bytes') },
    ],
    [
      'eleven messages at once',
      () => owner.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 11 })),
      { Code: 'InvalidParameterValue', message: expect.stringContaining('Must be between 1 and 10') },
    ],
    ['an empty batch', () => sendBatch([]), { name: 'EmptyBatchRequest' }],
    [
      'a batch of eleven',
      () => sendBatch(Array.from({ length: 11 }, (_, n) => `${n}`)),
      { name: 'TooManyEntriesInBatchRequest' },
    ],
    [
      'a batch with an id twice',
      () => sendBatch(['a', 'a']),
      { name: 'BatchEntryIdsNotDistinct', message: 'Id a repeated.' },
    ],
    ['a batch with a bad id', () => sendBatch(['a b']), { name: 'InvalidBatchEntryId' }],
    ['a batch over 1 MiB in sum', () => sendBatch(['a', 'b'], 'x'.repeat(600_000)), { name: 'BatchRequestTooLong' }],
    [
      'an unknown attribute',
      () => owner.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Nonsense' as 'All'] })),
      { name: 'InvalidAttributeName' },
    ],
    [
      'a parameter that is not supported, rather than ignoring it',
      () => owner.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a', MessageDeduplicationId: 'x' })),
      { name: 'UnsupportedOperation', message: 'The parameter MessageDeduplicationId is not supported here.' },
    ],
    [
      'a redrive of a queue that is nobody’s dead-letter queue',
      () => owner.send(new StartMessageMoveTaskCommand({ SourceArn: queue.arn })),
      { Code: 'InvalidParameterValue', message: 'Source queue must be configured as a Dead Letter Queue.' },
    ],
    [
      'a redrive to nowhere',
      () => owner.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn, DestinationArn: `${dead.arn}-none` })),
      { name: 'ResourceNotFoundException', message: expect.stringContaining('DestinationArn') },
    ],
  ])('%s', async (_, call, refusal) => {
    await expect(call()).rejects.toMatchObject(refusal);
    expect(queue.counts().visible).toBe(0);
  });

  function sendBatch(ids: string[], MessageBody = 'a') {
    return owner.send(new SendMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody })) }));
  }

  test('without a grant nothing is sent, and the refusal says what is missing', async () => {
    const { client, arn } = userClient(OWNER, 'sqs:ReceiveMessage');
    const refusal = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' })).catch((error) => error);
    expect(refusal).toMatchObject({ Code: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    expect(refusal.message).toMatch(`User: ${arn} is not authorized to perform: sqs:sendmessage on resource: `);
    expect(refusal.message).toContain('because no identity-based policy allows the sqs:sendmessage action');
    await expect(client.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({ Code: 'AccessDenied' });
    expect(await receiveAll(client)).not.toHaveProperty('Messages');
  });

  test('a batch is covered by the permission for the single operation', async () => {
    const { client } = userClient(OWNER, 'sqs:SendMessage');
    const input = { QueueUrl, Entries: [{ Id: 'a', MessageBody: 'a' }] };
    expect((await client.send(new SendMessageBatchCommand(input))).Successful).toHaveLength(1);
  });

  test('another account needs the consent of both sides', async () => {
    const { client } = userClient(OTHER, 'sqs:SendMessage');
    const send = () => client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    await expect(send()).rejects.toMatchObject({ Code: 'AccessDenied' });
    const statement = { Effect: 'Allow', Principal: { AWS: OTHER }, Action: 'sqs:SendMessage', Resource: queue.arn };
    sqs.setQueuePolicy(QueueUrl, parsePolicy({ Version: '2012-10-17', Statement: [statement] }, 'queue', 'resource'));
    expect(await send()).toHaveProperty('MessageId');
  });
});

test('a dead-letter queue that does not allow a source refuses it', () => {
  const guarded = sqs.createQueue({
    account: OWNER,
    region: REGION,
    name: `guarded-${tests}`,
    redriveAllow: { redrivePermission: 'byQueue', sourceQueueArns: [`arn:aws:sqs:${REGION}:${OWNER}:friend-${tests}`] },
  });
  const redrive = { deadLetterTargetArn: guarded.arn, maxReceiveCount: 3 };
  const create = (name: string, region = REGION) =>
    sqs.createQueue({ account: OWNER, region, name: `${name}-${tests}`, redrive });
  expect(() => create('stranger')).toThrow(/does not permit this source queue/);
  expect(() => create('friend', 'eu-west-1')).toThrow(/in the same region/);
  expect(create('friend').deadLetterQueue).toBe(guarded);
  expect(() => create('friend')).toThrow(expect.objectContaining({ name: 'QueueNameExists' }));
});

describe('the query protocol of older clients', () => {
  const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });

  async function call(form: Record<string, string>) {
    const { status = 0, body } = await sqs.handle({
      requestId: 'request-1',
      method: 'POST',
      rawPath: '/',
      query: new URLSearchParams(),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: Readable.from([Buffer.from(new URLSearchParams({ Version: '2012-11-05', ...form }).toString())]),
      region: REGION,
      hostname: '127.0.0.1',
      caller: { principal: { kind: 'root', account: OWNER, arn: directory.iamArn(OWNER, 'root') }, context: {} },
      payload: { kind: 'unsigned' },
    });
    return { status, answer: parser.parse(String(body)) };
  }

  test('sends with attributes, receives and deletes', async () => {
    const sent = await call({
      Action: 'SendMessage',
      QueueUrl,
      MessageBody: 'a & b',
      'MessageAttribute.1.Name': 'Foo',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'Bar',
    });
    expect(sent.answer.SendMessageResponse).toMatchObject({
      SendMessageResult: { MD5OfMessageAttributes: 'ae7155c6026991b6d54b11589678bf9c' },
      ResponseMetadata: { RequestId: 'request-1' },
    });
    const names = {
      'AttributeName.1': 'SenderId',
      'AttributeName.2': 'ApproximateReceiveCount',
      'MessageAttributeName.1': 'All',
    };
    const received = await call({ Action: 'ReceiveMessage', QueueUrl, MaxNumberOfMessages: '10', ...names });
    const { Message } = received.answer.ReceiveMessageResponse.ReceiveMessageResult;
    expect(Message).toMatchObject({
      Body: 'a & b',
      Attribute: [
        { Name: 'SenderId', Value: OWNER },
        { Name: 'ApproximateReceiveCount', Value: '1' },
      ],
      MessageAttribute: { Name: 'Foo', Value: { DataType: 'String', StringValue: 'Bar' } },
    });
    const entry = 'DeleteMessageBatchRequestEntry.1';
    const deleted = await call({
      Action: 'DeleteMessageBatch',
      QueueUrl,
      [`${entry}.Id`]: 'one',
      [`${entry}.ReceiptHandle`]: Message.ReceiptHandle,
    });
    const result = deleted.answer.DeleteMessageBatchResponse.DeleteMessageBatchResult;
    expect(result).toEqual({ DeleteMessageBatchResultEntry: { Id: 'one' } });
    expect(queue.counts()).toEqual({ visible: 0, notVisible: 0, delayed: 0 });
  });

  test('attributes are set', async () => {
    const attribute = { 'Attribute.1.Name': 'VisibilityTimeout', 'Attribute.1.Value': '11' };
    expect((await call({ Action: 'SetQueueAttributes', QueueUrl, ...attribute })).status).toBe(200);
    expect(queue.settings.visibilityTimeoutSeconds).toBe(11);
  });

  test.each([
    [
      'an unknown queue',
      { Action: 'PurgeQueue', QueueUrl: '/111111111111/none' },
      'AWS.SimpleQueueService.NonExistentQueue',
    ],
    ['an operation that is not there', { Action: 'CreateQueue', QueueName: 'x' }, 'InvalidAction'],
    ['a parameter that makes no sense', { Action: 'ReceiveMessage', A: 'y', 'A.B': 'x' }, 'MalformedInput'],
    ['a number that is none', { Action: 'ReceiveMessage', WaitTimeSeconds: 'soon' }, 'MalformedInput'],
  ])('%s is answered in XML', async (_, form, code) => {
    const { status, answer } = await call({ QueueUrl, ...form } as Record<string, string>);
    expect(status).toBe(400);
    expect(answer.ErrorResponse.Error).toMatchObject({ Type: 'Sender', Code: code });
  });
});
