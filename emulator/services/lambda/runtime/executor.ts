/** Runs functions: gives each its environment, credentials and log, and takes environments from the pool. */
import { randomUUID } from 'node:crypto';
import { ApiError, type Authorizer, type Clock } from '../../../core/api.ts';
import type { Credentials } from '../../../core/credentials.ts';
import type { Execution, InvocationResult, Invoked } from '../../../core/invocation.ts';
import type { LambdaFunction, Target } from '../store.ts';
import { FunctionLog, type LogSink } from './function-log.ts';
import type { RoleSessions } from './role-sessions.ts';
import { Sandbox } from './sandbox.ts';
import { type Environment, SandboxPool } from './sandbox-pool.ts';

export interface ExecutorOptions {
  authorizer: Authorizer;
  sessions: RoleSessions;
  logs: LogSink;
  clock: Clock;
  /** Where the functions' SDK clients find the local AWS. */
  endpoint: () => string;
  /** The certificate authority that vouches for the endpoint. */
  caFile: string;
  maxSandboxes: number;
  /** Told of every invocation, as CloudWatch is. */
  onInvocation?: (invoked: Invoked) => void;
}

export interface ExecutionRequest {
  requestId: string;
  payload: string;
  whenBusy: 'refuse' | 'wait';
}

/** A synchronous answer holds 6 MB (Lambda quotas). */
const MAX_ANSWER_BYTES = 6_291_556;
/** A session must outlive the invocation it is used in by this much. */
const CREDENTIALS_MARGIN_MS = 60_000;

export class Executor {
  readonly #options: ExecutorOptions;
  readonly #pool: SandboxPool<ExecutionEnvironment>;
  /** By the access key that each got for its own calls. */
  readonly #sandboxes = new Map<string, Sandbox>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#pool = new SandboxPool(options.maxSandboxes);
  }

  /** How many invocations run or wait for a sandbox. */
  get active(): number {
    return this.#pool.active;
  }

  /** The execution environment whose code signs with this key. */
  sandboxOf(accessKeyId: string): Sandbox | undefined {
    return this.#sandboxes.get(accessKeyId);
  }

  /**
   * Runs one invocation to its end; a function that fails is an outcome, not an error.
   * @throws ApiError `TooManyRequestsException`, or `AccessDeniedException` when its role can't be assumed
   */
  async run(target: Target, request: ExecutionRequest): Promise<Execution> {
    const { account, region, name: functionName } = target.function;
    const tell = (outcome: Invoked['outcome'], durationMs: number) =>
      this.#options.onInvocation?.({ account, region, functionName, outcome, durationMs });
    try {
      const execution = await this.#run(target, request);
      tell(execution.failed ? 'error' : 'success', execution.durationMs);
      return execution;
    } catch (error) {
      if (isThrottled(error)) tell('throttled', 0);
      throw error;
    }
  }

  #run(target: Target, request: ExecutionRequest): Promise<Execution> {
    const { function: fn, version } = target;
    const demand = {
      functionArn: fn.arn,
      // An environment that was made before an update of the function serves nobody after it.
      version: `${version} ${fn.revision}`,
      reservedConcurrency: fn.reservedConcurrency,
      whenBusy: request.whenBusy,
      start: () => this.#start(fn, version),
    };
    return this.#pool.use(demand, async ({ sandbox, log }) => {
      const isFirst = sandbox.initDurationMs === undefined;
      log.start(request.requestId, version);
      const outcome = withinLimit(
        await sandbox.invoke({
          requestId: request.requestId,
          payload: request.payload,
          timeoutSeconds: fn.timeoutSeconds,
          invokedFunctionArn: target.arn,
        }),
      );
      log.end(request.requestId, outcome, fn.memorySizeMb, isFirst ? sandbox.initDurationMs : undefined);
      return { ...outcome, logTail: log.tail() };
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #start(fn: LambdaFunction, version: string): ExecutionEnvironment {
    const { authorizer, sessions, logs, clock } = this.#options;
    const credentials = sessions.assume(fn.roleArn, fn.name);
    const day = new Date(clock()).toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = `${day}/[${version}]${randomUUID().replaceAll('-', '')}`;
    const log = new FunctionLog({
      store: logs,
      group: { account: fn.account, region: fn.region, name: fn.logging.group },
      stream,
      json: fn.logging.format === 'JSON',
      systemLevel: fn.logging.systemLevel,
      mayLog: (action, resource) =>
        authorizer.isAllowed({
          caller: sessions.callerOf(credentials),
          action,
          resource,
          resourceAccount: fn.account,
        }),
    });
    const sandbox = new Sandbox({
      taskRoot: fn.taskRoot,
      memorySizeMb: fn.memorySizeMb,
      environment: { ...fn.environment, ...this.#runtimeVariables(fn, version, stream, credentials) },
      onLine: (line) => log.line(line),
    });
    const { accessKeyId } = credentials;
    this.#sandboxes.set(accessKeyId, sandbox);
    const expiresAt = credentials.expiration.getTime() - fn.timeoutSeconds * 1000 - CREDENTIALS_MARGIN_MS;
    return new ExecutionEnvironment({
      sandbox,
      log,
      sessionLasts: () => clock() < expiresAt,
      onClose: () => this.#sandboxes.delete(accessKeyId),
    });
  }

  /** The variables that Lambda sets (Developer Guide, "Defined runtime environment variables"), and where this AWS is. */
  #runtimeVariables(fn: LambdaFunction, version: string, stream: string, credentials: Credentials) {
    const { format, applicationLevel, group } = fn.logging;
    return {
      _HANDLER: fn.handler,
      AWS_REGION: fn.region,
      AWS_DEFAULT_REGION: fn.region,
      AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_VERSION: version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memorySizeMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: group,
      AWS_LAMBDA_LOG_STREAM_NAME: stream,
      ...(format === 'JSON' && { AWS_LAMBDA_LOG_FORMAT: format, AWS_LAMBDA_LOG_LEVEL: applicationLevel }),
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      LAMBDA_TASK_ROOT: fn.taskRoot,
      TZ: ':UTC',
      AWS_ENDPOINT_URL: this.#options.endpoint(),
      NODE_EXTRA_CA_CERTS: this.#options.caFile,
    };
  }
}

/** @returns undefined for an invocation that was throttled, as every one is of a function whose reserved concurrency is 0 */
export async function unlessThrottled(running: Promise<Execution>): Promise<Execution | undefined> {
  try {
    return await running;
  } catch (error) {
    if (isThrottled(error)) return undefined;
    throw error;
  }
}

function isThrottled(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'TooManyRequestsException';
}

interface ExecutionEnvironmentParts {
  sandbox: Sandbox;
  log: FunctionLog;
  sessionLasts: () => boolean;
  onClose: () => void;
}

class ExecutionEnvironment implements Environment {
  readonly sandbox: Sandbox;
  readonly log: FunctionLog;
  readonly #parts: ExecutionEnvironmentParts;

  constructor(parts: ExecutionEnvironmentParts) {
    this.sandbox = parts.sandbox;
    this.log = parts.log;
    this.#parts = parts;
  }

  get usable(): boolean {
    return this.sandbox.alive && this.#parts.sessionLasts();
  }

  close(): Promise<void> {
    this.#parts.onClose();
    return this.sandbox.kill();
  }
}

function withinLimit(outcome: InvocationResult): InvocationResult {
  if (Buffer.byteLength(outcome.payload) <= MAX_ANSWER_BYTES) return outcome;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_ANSWER_BYTES} bytes).`;
  const payload = JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage });
  return { ...outcome, failed: true, payload };
}
