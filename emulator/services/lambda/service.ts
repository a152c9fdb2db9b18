/** Lambda: the API that invokes and describes functions, and the doors through which templates make them. */
import { randomUUID } from 'node:crypto';
import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Authorizer,
  type Caller,
  type Clock,
  type ContextKeys,
  type Service,
} from '../../core/api.ts';
import type { Execution, Outcome } from '../../core/invocation.ts';
import { arnOf } from '../../core/partition.ts';
import { AsyncInvocations } from './async-invocations.ts';
import { describeAccount, describeConfiguration } from './configuration.ts';
import { DurableExecutions } from './durable/executions.ts';
import { EventSourceMapping, type MappingSettings } from './event-source-mapping.ts';
import { parseFunctionName } from './function-name.ts';
import { MAX_ASYNC_PAYLOAD_BYTES, MAX_SYNC_PAYLOAD_BYTES, readPayload } from './payload.ts';
import type { DestinationQueues, SourceQueues } from './queues.ts';
import { Executor, type ExecutorOptions } from './runtime/executor.ts';
import type { Sandbox } from './runtime/sandbox.ts';
import {
  type AsyncInvocationConfig,
  FunctionRegistry,
  type FunctionSettings,
  type LambdaFunction,
  resourcePolicyOf,
  type Target,
} from './store.ts';

export interface LambdaOptions extends ExecutorOptions {
  sqs: SourceQueues & DestinationQueues;
  /** Told of failures behind the scenes, where no caller waits for an answer. */
  onUnexpectedError: (error: unknown) => void;
}

const PATH = /^\/2015-03-31\/functions\/?(?:([^/]+)(?:\/(invocations|configuration))?)?$/;

const ACCOUNT_SETTINGS_PATH = /^\/2016-08-19\/account-settings\/?$/;

const DURABLE_PATH = /^\/2025-12-01\/durable-executions\/([^/]+)(?:\/([a-z]+))?$/;

export class LambdaService implements Service {
  readonly functions = new FunctionRegistry();
  readonly durableExecutions: DurableExecutions;
  readonly #authorizer: Authorizer;
  readonly #clock: Clock;
  readonly #options: LambdaOptions;
  readonly #executor: Executor;
  readonly #asyncInvocations: AsyncInvocations;
  readonly #mappings = new Set<EventSourceMapping>();
  /** Deleted, with batches under way. */
  readonly #retiring = new Set<EventSourceMapping>();

  constructor(options: LambdaOptions) {
    this.#options = options;
    this.#authorizer = options.authorizer;
    this.#clock = options.clock;
    this.#executor = new Executor(options);
    this.#asyncInvocations = new AsyncInvocations({ ...options, executor: this.#executor });
    this.durableExecutions = new DurableExecutions({ ...options, executor: this.#executor, functions: this.functions });
  }

  /** How many invocations run, wait or will be tried again, and batches are being worked on. */
  get active(): number {
    const batches = [...this.#mappings, ...this.#retiring].reduce((sum, mapping) => sum + mapping.active, 0);
    return this.#executor.active + this.#asyncInvocations.active + this.durableExecutions.active + batches;
  }

  /** The execution environment whose code signs with this key. */
  sandboxOf(accessKeyId: string): Sandbox | undefined {
    return this.#executor.sandboxOf(accessKeyId);
  }

  /** The queues that feed functions. */
  queueArns(): string[] {
    return this.mappings().map(({ queueArn }) => queueArn);
  }

  mappings(): EventSourceMapping[] {
    return [...this.#mappings];
  }

  /** @throws ApiError `InvalidParameterValueException` when Lambda can't assume the role, `ResourceConflictException` */
  createFunction(settings: FunctionSettings): LambdaFunction {
    this.#tryRole(settings);
    return this.functions.add(settings, new Date(this.#clock()));
  }

  /**
   * Changes `$LATEST`: invocations and executions that have begun end as they began.
   * @throws ApiError `InvalidParameterValueException` when Lambda can't assume the role, `ResourceNotFoundException`
   */
  updateFunction(arn: string, settings: FunctionSettings): void {
    this.#tryRole(settings);
    this.functions.update(arn, settings, new Date(this.#clock()));
  }

  /** Its durable executions stop; mappings that feed it stay and fail. @throws ApiError `ResourceNotFoundException` */
  deleteFunction(arn: string): void {
    this.functions.remove(arn);
    this.durableExecutions.stopAllOf(arn);
  }

  #tryRole({ roleArn, name }: FunctionSettings): void {
    try {
      this.#options.sessions.assume(roleArn, name);
    } catch (error) {
      if (error instanceof ApiError) throw new ApiError('InvalidParameterValueException', 400, error.message);
      throw error;
    }
  }

  /** @throws ApiError `InvalidParameterValueException` in Lambda's words when role or queue don't fit */
  createEventSourceMapping(settings: MappingSettings): EventSourceMapping {
    const services = { ...this.#options, executor: this.#executor, functions: this.functions };
    const mapping = new EventSourceMapping(settings, services);
    this.#mappings.add(mapping);
    mapping.start();
    return mapping;
  }

  /** Receives nothing any more; batches under way end by themselves. */
  deleteEventSourceMapping(mapping: EventSourceMapping): void {
    this.#mappings.delete(mapping);
    this.#retiring.add(mapping);
    void mapping.retire().finally(() => this.#retiring.delete(mapping));
  }

  /** @throws ApiError `InvalidParameterValueException` when the function's role may not send to the destination */
  configureAsyncInvocation(target: Target, config: AsyncInvocationConfig): void {
    this.#asyncInvocations.configure(target, config);
  }

  /**
   * Invokes a function on behalf of a service, which doesn't wait for it; who wants to may.
   * @throws ApiError `AccessDenied` when the function's policy doesn't let the service in, `ResourceNotFoundException`
   */
  invokeForService(caller: Caller, functionArn: string, payload: string, context: ContextKeys): Promise<Outcome> {
    const target = this.functions.target(parseFunctionName(functionArn, { account: '', region: '' }));
    this.#authorizer.authorize({
      caller,
      action: 'lambda:InvokeFunction',
      resource: target.arn,
      resourceAccount: target.function.account,
      resourcePolicy: resourcePolicyOf(target),
      context,
    });
    const execution = target.function.durable && this.durableExecutions.start(target, randomUUID(), payload).execution;
    return this.#asyncInvocations.submit(target, randomUUID(), payload, execution && (() => execution.closed));
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const [, encodedArn, of] = DURABLE_PATH.exec(request.rawPath) ?? [];
    if (encodedArn) return json(200, await this.durableExecutions.handle(request, decode(encodedArn), of));
    if (request.method === 'GET' && ACCOUNT_SETTINGS_PATH.test(request.rawPath)) return this.#accountSettings(request);
    const [, name, verb] = PATH.exec(request.rawPath) ?? [];
    const route = `${request.method} ${verb ?? (name ? 'function' : 'functions')}`;
    if (!PATH.test(request.rawPath)) throw unknownOperation(request);
    if (route === 'POST invocations') return this.#invoke(request, name!);
    if (route === 'GET function') return this.#getFunction(request, name!);
    if (route === 'GET configuration') return this.#getConfiguration(request, name!);
    if (route === 'GET functions') return this.#listFunctions(request);
    throw unknownOperation(request);
  }

  renderError(error: ApiError): ApiResponse {
    const code = { AccessDenied: 'AccessDeniedException', InternalError: 'ServiceException' }[error.code] ?? error.code;
    const Type = error.status >= 500 ? 'Service' : 'User';
    return json(error.status, { Type, Message: error.message, ...error.details }, { 'x-amzn-errortype': code });
  }

  async close(): Promise<void> {
    this.#asyncInvocations.close();
    this.durableExecutions.close();
    const stopped = Promise.all([...this.#mappings, ...this.#retiring].map((mapping) => mapping.close()));
    await this.#executor.close();
    await stopped;
  }

  async #invoke(request: ApiRequest, name: string): Promise<ApiResponse> {
    const target = this.#authorizedTarget(request, name, 'lambda:InvokeFunction');
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type === 'DryRun') return { status: 204 };
    if (type !== 'Event' && type !== 'RequestResponse') {
      throw new ApiError('InvalidParameterValueException', 400, `Unknown invocation type ${String(type)}`);
    }
    const payload = await readPayload(
      request.body,
      type === 'Event' ? MAX_ASYNC_PAYLOAD_BYTES : MAX_SYNC_PAYLOAD_BYTES,
    );
    if (target.function.durable) return this.#execute(request, target, payload, type);
    const executedVersion = { 'x-amz-executed-version': target.version };
    if (type === 'Event') {
      this.#asyncInvocations.submit(target, request.requestId, payload);
      return { status: 202 };
    }
    const execution = await this.#executor.run(target, {
      requestId: request.requestId,
      payload,
      whenBusy: 'refuse',
    });
    return answerOf(execution, {
      ...executedVersion,
      ...(request.headers['x-amz-log-type'] === 'Tail' && {
        'x-amz-log-result': execution.logTail.toString('base64'),
      }),
    });
  }

  /** A durable function: its execution may outlive this request, or be there already. */
  async #execute(request: ApiRequest, target: Target, payload: string, type: string): Promise<ApiResponse> {
    const asked = request.headers['x-amz-durable-execution-name'];
    const name = typeof asked === 'string' ? asked : randomUUID();
    const { execution, isNew } = this.durableExecutions.start(target, name, payload);
    const headers = { 'x-amz-durable-execution-arn': execution.arn, 'x-amz-executed-version': target.version };
    if (type === 'RequestResponse') return answerOf(await execution.closed, headers);
    if (isNew) this.#asyncInvocations.submit(target, request.requestId, payload, () => execution.closed);
    return { status: 202, headers };
  }

  #getFunction(request: ApiRequest, name: string): ApiResponse {
    const target = this.#authorizedTarget(request, name, 'lambda:GetFunction');
    const reserved = target.function.reservedConcurrency;
    return json(200, {
      Configuration: describeConfiguration(target),
      ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    });
  }

  #getConfiguration(request: ApiRequest, name: string): ApiResponse {
    return json(200, describeConfiguration(this.#authorizedTarget(request, name, 'lambda:GetFunctionConfiguration')));
  }

  #listFunctions(request: ApiRequest): ApiResponse {
    const account = accountOf(request.caller);
    this.#authorizer.authorize({
      caller: request.caller,
      action: 'lambda:ListFunctions',
      resource: '*',
      resourceAccount: account,
    });
    const functions = this.functions.list(account, request.region);
    const described = functions.map((item) =>
      describeConfiguration({ function: item, version: '$LATEST', qualifier: undefined, arn: item.arn }),
    );
    return json(200, { Functions: described });
  }

  #accountSettings({ caller, region }: ApiRequest): ApiResponse {
    const resourceAccount = accountOf(caller);
    this.#authorizer.authorize({ caller, action: 'lambda:GetAccountSettings', resource: '*', resourceAccount });
    return json(200, describeAccount(this.functions.list(resourceAccount, region)));
  }

  /** Whoever may not call a function doesn't learn whether it exists. */
  #authorizedTarget(request: ApiRequest, encodedName: string, action: string): Target {
    const home = { account: accountOf(request.caller), region: request.region };
    const name = parseFunctionName(decode(encodedName), home, request.query.get('Qualifier'));
    const target = this.functions.find(name);
    const suffix = name.qualifier === undefined ? '' : `:${name.qualifier}`;
    this.#authorizer.authorize({
      caller: request.caller,
      action,
      resource: arnOf('lambda', name, `function:${name.name}${suffix}`),
      resourceAccount: name.account,
      resourcePolicy: target && resourcePolicyOf(target),
    });
    return target ?? this.functions.target(name);
  }
}

function answerOf({ failed, payload }: Execution, headers: Record<string, string>): ApiResponse {
  const error = failed && { 'x-amz-function-error': 'Unhandled' };
  return { status: 200, headers: { 'content-type': 'application/json', ...headers, ...error }, body: payload };
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new ApiError('ValidationException', 400, `The function name ${encoded} is not percent-encoded correctly`);
  }
}

function accountOf({ principal }: Caller): string {
  if ('account' in principal) return principal.account;
  throw new ApiError('AccessDeniedException', 403, 'Only principals of an account may call Lambda');
}

function unknownOperation({ method, rawPath }: ApiRequest): ApiError {
  return new ApiError('UnknownOperationException', 404, `${method} ${rawPath} is no operation of the local Lambda`);
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): ApiResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
