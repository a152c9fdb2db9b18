import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox, type SandboxSettings } from '../../../services/lambda/runtime/sandbox.ts';

let taskRoot: string;
let lines: string[];
let sandboxes: Sandbox[];

beforeEach(() => {
  taskRoot = mkdtempSync(join(tmpdir(), 'function-'));
  lines = [];
  sandboxes = [];
});
afterEach(async () => {
  await Promise.all(sandboxes.map((sandbox) => sandbox.kill()));
  rmSync(taskRoot, { recursive: true });
});

function sandboxOf(
  code: string,
  environment: Record<string, string> = {},
  { memorySizeMb = 128, ...more }: Partial<SandboxSettings> = {},
): Sandbox {
  writeFileSync(join(taskRoot, 'index.mjs'), code);
  const sandbox = new Sandbox({
    taskRoot,
    memorySizeMb,
    ...more,
    environment: { _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: taskRoot, ...environment },
    onLine: (line) => lines.push(line),
  });
  sandboxes.push(sandbox);
  return sandbox;
}

async function invoke(sandbox: Sandbox, event: unknown = {}, timeoutSeconds = 5) {
  const outcome = await sandbox.invoke({
    requestId: 'id-1',
    payload: JSON.stringify(event),
    timeoutSeconds,
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:f:live',
  });
  return { ...outcome, answer: JSON.parse(outcome.payload) };
}

test('its clock goes by the time that it is given, from the loading of its code on', async () => {
  const HOUR_MS = 3_600_000;
  let aheadMs = HOUR_MS;
  const sandbox = sandboxOf(
    `const loadedAt = Date.now();
     const { now } = Date;
     export const handler = async () => ({
       loadedAt, now: now(), made: new Date().getTime(), said: Date.parse(Date()), given: new Date(5).getTime(),
       isDate: new Date() instanceof Date && new Date().constructor === Date && Date.UTC(1970, 0, 1) === 0,
     });`,
    {},
    { clockAheadMs: () => aheadMs },
  );
  const told = async () => {
    const { answer } = await invoke(sandbox);
    const { loadedAt, now, made, said, ...rest } = answer as Record<string, number>;
    return [[loadedAt!, now!, made!, said!].map((time) => Math.round((time - Date.now()) / HOUR_MS)), rest];
  };
  expect(await told()).toEqual([[1, 1, 1, 1], { given: 5, isDate: true }]);
  aheadMs = 30 * HOUR_MS;
  expect(await told()).toEqual([[1, 30, 30, 30], { given: 5, isDate: true }]);
});

test('a handler gets its event and the context of Lambda', async () => {
  const sandbox = sandboxOf(
    `export const handler = async (event, { getRemainingTimeInMillis, ...context }) =>
       ({ event, context, remains: getRemainingTimeInMillis() > 1000 });`,
    { AWS_LAMBDA_FUNCTION_NAME: 'f', AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/f' },
  );
  const { failed, answer } = await invoke(sandbox, { key: 'a b+ü' });
  expect(failed).toBe(false);
  expect(answer.event).toEqual({ key: 'a b+ü' });
  expect(answer.remains).toBe(true);
  expect(answer.context).toMatchObject({
    awsRequestId: 'id-1',
    functionName: 'f',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:f:live',
    logGroupName: '/aws/lambda/f',
  });
});

test('nothing of the parent environment reaches a function but PATH', async () => {
  process.env['SECRET_OF_THE_PARENT'] = 'x';
  const sandbox = sandboxOf('export const handler = async () => Object.keys(process.env).sort();', { MINE: '1' });
  const { answer } = await invoke(sandbox);
  delete process.env['SECRET_OF_THE_PARENT'];
  expect(answer).toEqual(['LAMBDA_TASK_ROOT', 'MINE', 'PATH', '_HANDLER']);
});

test('a warm environment keeps its memory, and its lines come before the answer', async () => {
  const sandbox = sandboxOf(
    `let count = 0; export const handler = async () => { process.stdout.write('raw'); console.log('call', ++count); return count; };`,
  );
  expect((await invoke(sandbox)).answer).toBe(1);
  expect(lines.at(-1)).toMatch(/^raw.*Z\tid-1\tINFO\tcall 1$/);
  expect((await invoke(sandbox)).answer).toBe(2);
  expect(lines).toHaveLength(2);
});

test('no line that was logged comes after the answer, however many there are', async () => {
  const code = `export const handler = async () => { process.stdout.write('a line of text\\n'.repeat(200_000)); };`;
  await invoke(sandboxOf(code));
  expect(lines).toHaveLength(200_000);
});

test('an error of the handler is told with type, message and trace; the environment stays', async () => {
  const sandbox = sandboxOf(`export const handler = async (fail) => { if (fail) throw new RangeError('too far'); };`);
  const { failed, answer } = await invoke(sandbox, true);
  expect(failed).toBe(true);
  expect(answer).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
  expect(answer.trace[0]).toBe('RangeError: too far');
  expect((await invoke(sandbox, false)).answer).toBe(null);
});

test('a function that does not end is killed at its timeout, even in a busy loop', async () => {
  const sandbox = sandboxOf('export const handler = () => { for (;;); };');
  const outcome = await invoke(sandbox, {}, 0.2);
  expect(outcome).toMatchObject({ failed: true, timedOut: true });
  expect(outcome.answer).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: 'RequestId: id-1 Error: Task timed out after 0.20 seconds',
  });
  expect(sandbox.alive).toBe(false);
});

test.each([
  [
    'exit(3)',
    'process.exit(3)',
    'Runtime.ExitError',
    'RequestId: id-1 Error: Runtime exited with error: exit status 3',
  ],
  [
    'exit(0)',
    'process.exit(0)',
    'Runtime.ExitError',
    'RequestId: id-1 Error: Runtime exited without providing a reason',
  ],
  [
    'a kill',
    "process.kill(process.pid, 'SIGKILL'), await new Promise(() => setInterval(() => {}, 9))",
    'Runtime.ExitError',
    'RequestId: id-1 Error: Runtime exited with error: signal: killed',
  ],
  [
    'a rejection nobody handles',
    "void Promise.reject(new Error('lost')), await new Promise(() => setInterval(() => {}, 9))",
    'Runtime.UnhandledPromiseRejection',
    'Error: lost',
  ],
  [
    'an exception nobody catches',
    "setImmediate(() => { throw new TypeError('bad') }), await new Promise(() => setInterval(() => {}, 9))",
    'TypeError',
    'bad',
  ],
])('a process that ends by %s is told', async (_, code, errorType, errorMessage) => {
  const sandbox = sandboxOf(`export const handler = async () => { console.log('last words'); ${code}; };`);
  const { failed, answer } = await invoke(sandbox);
  expect(failed).toBe(true);
  expect(answer).toMatchObject({ errorType, errorMessage });
  expect(lines[0]).toContain('last words');
  expect(sandbox.alive).toBe(false);
});

test.each([
  [
    'a module that is missing',
    "import 'not-there'; export const handler = async () => {};",
    'Runtime.ImportModuleError',
  ],
  ['a syntax error', 'export const handler = ', 'Runtime.UserCodeSyntaxError'],
  ['no such export', 'export const other = 1;', 'Runtime.HandlerNotFound'],
  ['a callback handler', 'export const handler = (e, c, callback) => {};', 'Runtime.CallbackHandlerDeprecated'],
  ['an error while loading', "throw new RangeError('early');", 'RangeError'],
])('code that can not be loaded fails the invocation: %s', async (_, code, errorType) => {
  const { failed, answer } = await invoke(sandboxOf(code));
  expect(failed).toBe(true);
  expect(answer).toMatchObject({ errorType });
});

test('the heap is bounded by the memory size of the function', async () => {
  const code = `import { getHeapStatistics } from 'node:v8';
    export const handler = async () => Math.round(getHeapStatistics().heap_size_limit / 2 ** 20);`;
  const small = (await invoke(sandboxOf(code, {}, { memorySizeMb: 128 }))).answer;
  const large = (await invoke(sandboxOf(code, {}, { memorySizeMb: 1024 }))).answer;
  expect(small).toBeLessThan(300);
  expect(large - small).toBe(1024 - 128);
});

test('sandboxes die with the process that holds them, however it ends', async () => {
  writeFileSync(
    join(taskRoot, 'index.mjs'),
    'setInterval(() => {}, 1000); export const handler = async () => process.pid;',
  );
  const script = `
    import { Sandbox } from ${JSON.stringify(new URL('../../../services/lambda/runtime/sandbox.ts', import.meta.url).href)};
    const environment = { _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: ${JSON.stringify(taskRoot)} };
    const sandbox = new Sandbox({ taskRoot: ${JSON.stringify(taskRoot)}, memorySizeMb: 128, environment, onLine() {} });
    const { payload } = await sandbox.invoke({ requestId: 'i', payload: '{}', timeoutSeconds: 5, invokedFunctionArn: '' });
    process.stdout.write(payload, () => process.kill(process.pid, 'SIGKILL'));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]).catch(
    (killed: { stdout: string }) => killed,
  );
  expect(Number(stdout)).toBeGreaterThan(1);
  await expect.poll(() => isRunning(Number(stdout)), { timeout: 20_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a sandbox whose code is gone before it starts ends by itself, and takes nobody along', async () => {
  const gone = new Sandbox({
    taskRoot: join(taskRoot, 'gone'),
    memorySizeMb: 128,
    environment: {},
    onLine: (line) => lines.push(line),
  });
  // With process id 0 this would end the tests themselves.
  await gone.kill();
  expect(gone.alive).toBe(false);
});
