/**
 * The process of one execution environment: loads the function's handler and runs it once for each message of its parent.
 * It stands in for Lambda's Node runtime: the same environment variables, context object, console and error shapes.
 */
import { existsSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installConsole } from './console.ts';
import { moveDate } from './moved-date.ts';
import { type ChildMessage, END_MARKER, type InvocationError, type InvokeMessage } from './protocol.ts';

type Handler = (event: unknown, context: unknown) => unknown;

/** Errors of the runtime itself bear names of their own, e.g. `Runtime.ImportModuleError`. */
class RuntimeError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const env = process.env as Record<string, string>;
let requestId: string | undefined;
/** This machine's business, and none of the function's. */
delete env['NODE_COMPILE_CACHE'];

// Before any module of the function can have kept the real one.
moveDate(Number(process.argv[2] ?? 0));
installConsole({
  json: env['AWS_LAMBDA_LOG_FORMAT'] === 'JSON',
  minimumLevel: env['AWS_LAMBDA_LOG_LEVEL'] ?? 'TRACE',
  requestId: () => requestId,
  write: (line) => process.stdout.write(line),
});

process.on('disconnect', () => process.exit());
process.on('uncaughtException', (error) => fail(error, 129));
process.on('unhandledRejection', (reason) =>
  fail(new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason)), 128),
);

let handler: Handler;
try {
  handler = await loadHandler(env['LAMBDA_TASK_ROOT']!, env['_HANDLER']!);
  process.on('message', (message: InvokeMessage) => void invoke(message));
  send({ kind: 'ready' });
  // Its parent may kill it, and Node would write it only at an orderly end.
  flushCompileCache();
} catch (error) {
  fail(error, 1);
}

async function invoke(message: InvokeMessage): Promise<void> {
  requestId = message.requestId;
  moveDate(message.clockAheadMs);
  let answer: ChildMessage;
  try {
    const result = await handler(JSON.parse(message.payload), contextOf(message));
    answer = { kind: 'result', requestId, payload: JSON.stringify(result) ?? 'null', maxMemoryMb: maxMemoryMb() };
  } catch (error) {
    answer = errorAnswer(error, false);
  }
  finish(message.requestId, answer);
}

/** Reports what nobody caught, then ends the process as Lambda's runtime does. */
function fail(error: unknown, exitCode: number): void {
  const answer = errorAnswer(error, true);
  if (requestId !== undefined) writeEnd(requestId);
  process.send?.(answer, () => process.exit(exitCode));
}

function errorAnswer(thrown: unknown, fatal: boolean): ChildMessage {
  const error = describe(thrown);
  const { trace: stack, ...rest } = error;
  console.error(`${fatal ? 'Uncaught Exception' : 'Invoke Error'} \t${JSON.stringify({ ...rest, stack })}`);
  return { kind: 'error', requestId, error, fatal, maxMemoryMb: maxMemoryMb() };
}

function finish(id: string, answer: ChildMessage): void {
  writeEnd(id);
  send(answer);
}

function writeEnd(id: string): void {
  process.stdout.write(`${END_MARKER}${id}\n`);
  process.stderr.write(`${END_MARKER}${id}\n`);
}

function send(message: ChildMessage): void {
  process.send?.(message);
}

function describe(thrown: unknown): InvocationError {
  if (thrown instanceof Error) {
    return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

function contextOf(message: InvokeMessage) {
  const deadline = performance.now() + message.remainingMs;
  return {
    awsRequestId: message.requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: message.invokedFunctionArn,
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

/** `index.handler` → the export `handler` of index.js, index.mjs or index.cjs in the task root. */
async function loadHandler(taskRoot: string, setting: string): Promise<Handler> {
  const [, modulePath, exportName] = /^((?:.*\/)?[^./]+)\.(.+)$/.exec(setting) ?? [];
  if (!modulePath || !exportName) throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler ${setting}`);
  const file = ['.js', '.mjs', '.cjs'].map((ending) => join(taskRoot, modulePath + ending)).find(existsSync);
  if (!file) throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${modulePath}'`);

  const loaded = await importModule(file);
  const exports = (loaded[exportName] === undefined ? (loaded['default'] ?? {}) : loaded) as Record<string, unknown>;
  const found = exports[exportName];
  if (typeof found !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${setting} is undefined or not exported`);
  }
  if (found.length > 2) {
    const problem = 'callback-based handlers ended with Node.js 24: return a promise instead';
    throw new RuntimeError('Runtime.CallbackHandlerDeprecated', `${setting}: ${problem}`);
  }
  return found as Handler;
}

async function importModule(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException)?.code;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('Runtime.ImportModuleError', String(error));
    }
    if (error instanceof SyntaxError) throw new RuntimeError('Runtime.UserCodeSyntaxError', String(error));
    throw error;
  }
}

function maxMemoryMb(): number {
  return Math.ceil(process.resourceUsage().maxRSS / 1024);
}
