import { describe, expect, test } from 'vitest';
import { parseFunctionName } from '../../../../services/lambda/function-name.ts';
import { logLine } from '../../../../services/lambda/runtime/console.ts';
import { SandboxPool } from '../../../../services/lambda/runtime/sandbox-pool.ts';
import { failedMessageIds, sqsEvent } from '../../../../services/lambda/sqs-batch.ts';
import { addPermission, FunctionRegistry } from '../../../../services/lambda/store.ts';

const home = { account: '111111111111', region: 'us-east-1' };
const arn = 'arn:aws:lambda:eu-west-1:222222222222:function:relay';

describe('a function can be named as AWS allows it', () => {
  test.each([
    ['relay', undefined, { ...home, name: 'relay', qualifier: undefined }],
    ['relay:live', undefined, { ...home, name: 'relay', qualifier: 'live' }],
    ['relay', '$LATEST', { ...home, name: 'relay', qualifier: '$LATEST' }],
    ['222222222222:function:relay', undefined, { ...home, account: '222222222222', name: 'relay' }],
    [arn, '3', { account: '222222222222', region: 'eu-west-1', name: 'relay', qualifier: '3' }],
    [`${arn}:live`, 'live', { account: '222222222222', region: 'eu-west-1', name: 'relay', qualifier: 'live' }],
    [
      'arn:aws-us-gov:lambda:us-gov-west-1:222222222222:function:relay',
      undefined,
      { account: '222222222222', region: 'us-gov-west-1', name: 'relay' },
    ],
  ])('%s with qualifier %s', (name, qualifier, expected) => {
    expect(parseFunctionName(name, home, qualifier)).toMatchObject(expected);
  });

  test.each([
    ['a/b', undefined, 'ValidationException'],
    ['arn:aws:s3:::relay', undefined, 'ValidationException'],
    ['arn:aws:lambda:us-gov-west-1:222222222222:function:relay', undefined, 'ValidationException'],
    ['arn:aws-cn:lambda:eu-west-1:222222222222:function:relay', undefined, 'ValidationException'],
    ['relay', 'no good', 'ValidationException'],
    ['relay:live', 'other', 'InvalidParameterValueException'],
  ])('but not %s with qualifier %s', (name, qualifier, code) => {
    expect(() => parseFunctionName(name, home, qualifier)).toThrow(expect.objectContaining({ code }));
  });
});

test('permissions of a function come to 20 KB at most', () => {
  const functions = new FunctionRegistry();
  const logging = { group: 'l', format: 'Text', applicationLevel: 'INFO', systemLevel: 'INFO' } as const;
  functions.add(
    {
      ...home,
      name: 'relay',
      description: '',
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      roleArn: 'r',
      taskRoot: '/',
      codeHash: 'h',
      timeoutSeconds: 3,
      memorySizeMb: 128,
      environment: {},
      reservedConcurrency: undefined,
      durable: undefined,
      logging,
    },
    new Date(0),
  );
  const target = functions.target({ ...home, name: 'relay', qualifier: undefined });
  const permit = (length: number) =>
    addPermission(target, {
      statementId: `s${length}`,
      action: 'lambda:InvokeFunction',
      principal: '*',
      sourceArn: 'x'.repeat(length),
    });
  permit(10_000);
  expect(() => permit(10_400)).toThrow(
    expect.objectContaining({
      code: 'PolicyLengthExceededException',
      message: expect.stringMatching(/^The final policy size \(20\d{3}\) is bigger than the limit \(20480\)\.$/),
    }),
  );
  permit(9000);
});

describe('which messages of a batch come again', () => {
  const all = ['a', 'b', 'c'];
  const report = (batchItemFailures: unknown) => ({ failed: false, payload: JSON.stringify({ batchItemFailures }) });
  test.each<[string, { failed: boolean; payload: string }, string[]]>([
    ['an empty report: none', report([]), []],
    ['a null report: none', report(null), []],
    ['no answer: none', { failed: false, payload: 'null' }, []],
    ['an answer without report: none', { failed: false, payload: '{}' }, []],
    ['named ones: those', report([{ itemIdentifier: 'b' }]), ['b']],
    ['a function that failed: all', { failed: true, payload: '{}' }, all],
    ['an unknown id: all', report([{ itemIdentifier: 'z' }]), all],
    ['an id among unknown ones: all', report([{ itemIdentifier: 'a' }, { itemIdentifier: 'z' }]), all],
    ['a null id: all', report([{ itemIdentifier: null }]), all],
    ['an empty id: all', report([{ itemIdentifier: '' }]), all],
    ['a misspelt key: all', report([{ itemIdentifer: 'a' }]), all],
    ['an item that is no object: all', report([null]), all],
    ['a report that is no list: all', report('a'), all],
    ['an answer that is no object: all', { failed: false, payload: '"done"' }, all],
  ])('%s', (_, answer, expected) => {
    expect([...failedMessageIds(answer, all, true)]).toEqual(expected);
  });

  test('without ReportBatchItemFailures a report means nothing', () => {
    expect(failedMessageIds(report([{ itemIdentifier: 'a' }]), all, false).size).toBe(0);
  });
});

test('a function sees messages as Lambda shows them', () => {
  const attributes = {
    SenderId: 'AIDA',
    SentTimestamp: '1',
    ApproximateReceiveCount: '1',
    ApproximateFirstReceiveTimestamp: '2',
  };
  const message = {
    messageId: 'm',
    receiptHandle: 'r',
    body: 'hi',
    md5OfBody: 'digest',
    attributes,
    messageAttributes: {
      route: { dataType: 'String', stringValue: 'x' },
      raw: { dataType: 'Binary', binaryValue: Buffer.from([1]) },
    },
  };
  expect(sqsEvent([message], 'arn:aws:sqs:eu-west-1:111111111111:q')).toEqual({
    Records: [
      {
        messageId: 'm',
        receiptHandle: 'r',
        body: 'hi',
        attributes,
        messageAttributes: {
          route: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
          raw: { binaryValue: 'AQ==', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
        },
        md5OfBody: 'digest',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:111111111111:q',
        awsRegion: 'eu-west-1',
      },
    ],
  });
});

describe('a printed line looks as on Lambda', () => {
  const context = { requestId: () => 'id-1' };
  test('as text', () => {
    expect(logLine({ ...context, json: false }, 'WARN', ['n=%d', 2])).toMatch(/^\d{4}-.*Z\tid-1\tWARN\tn=2\n$/);
  });
  test.each([
    [['n=%d', 2], { message: 'n=2' }],
    [[{ a: 1 }], { message: { a: 1 } }],
    [[new TypeError('no')], { errorType: 'TypeError', errorMessage: 'no' }],
  ])('as JSON: %j', (values, expected) => {
    const line = JSON.parse(logLine({ ...context, json: true }, 'INFO', values));
    expect(line).toMatchObject({ level: 'INFO', requestId: 'id-1', ...expected });
  });
});

describe('execution environments', () => {
  class FakeEnvironment {
    usable = true;
    closed = false;
    async close(): Promise<void> {
      this.closed = true;
    }
  }
  const demand = (functionArn: string, more: { reservedConcurrency?: number; whenBusy?: 'refuse' | 'wait' } = {}) => ({
    functionArn,
    version: '$LATEST',
    reservedConcurrency: more.reservedConcurrency,
    whenBusy: more.whenBusy ?? ('wait' as const),
    start: () => new FakeEnvironment(),
  });
  /** Takes an environment and keeps it until told. */
  function hold(pool: SandboxPool<FakeEnvironment>, wanted: ReturnType<typeof demand>) {
    const release = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<FakeEnvironment>();
    const done = pool.use(wanted, (environment) => {
      taken.resolve(environment);
      return release.promise;
    });
    return { taken: taken.promise, done, release: () => release.resolve() };
  }

  test('are reused when warm, and never shared by two invocations', async () => {
    const pool = new SandboxPool<FakeEnvironment>(4);
    const [one, two] = [hold(pool, demand('f')), hold(pool, demand('f'))];
    const first = await one.taken;
    expect(await two.taken).not.toBe(first);
    one.release();
    await one.done;
    expect(await pool.use(demand('f'), async (environment) => environment)).toBe(first);
    expect(await pool.use(demand('g'), async (environment) => environment)).not.toBe(first);
  });

  test('a direct invocation beyond the reserved concurrency is throttled, a poller waits', async () => {
    const pool = new SandboxPool<FakeEnvironment>(4);
    const holder = hold(pool, demand('f', { reservedConcurrency: 1 }));
    await holder.taken;
    await expect(
      pool.use(demand('f', { reservedConcurrency: 1, whenBusy: 'refuse' }), async () => {}),
    ).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    const waiting = pool.use(demand('f', { reservedConcurrency: 1 }), async () => 'ran');
    await pool.use(demand('g'), async () => {});
    expect(pool.active).toBe(2);
    holder.release();
    expect(await waiting).toBe('ran');
  });

  test('never exceed the limit: who comes later waits, and idle ones of others make room', async () => {
    const pool = new SandboxPool<FakeEnvironment>(1);
    const first = await pool.use(demand('f'), async (environment) => environment);
    const holder = hold(pool, demand('g'));
    await holder.taken;
    expect(first.closed).toBe(true);
    const waiting = pool.use(demand('f', { whenBusy: 'refuse' }), async (environment) => environment);
    holder.release();
    expect(await waiting).not.toBe(first);
  });

  test('that can no longer be used are replaced', async () => {
    const pool = new SandboxPool<FakeEnvironment>(2);
    const first = await pool.use(demand('f'), async (environment) => environment);
    first.usable = false;
    expect(await pool.use(demand('f'), async (environment) => environment)).not.toBe(first);
    expect(first.closed).toBe(true);
  });

  test('end with the pool, and whoever waits is told', async () => {
    const pool = new SandboxPool<FakeEnvironment>(1);
    const holder = hold(pool, demand('f'));
    const busy = await holder.taken;
    const waiting = pool.use(demand('f'), async () => {});
    const closed = pool.close();
    await expect(waiting).rejects.toThrow('shutting down');
    expect(busy.closed).toBe(true);
    holder.release();
    await closed;
    expect(pool.active).toBe(0);
  });
});
