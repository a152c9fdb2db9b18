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
import type { Outcome } from '../../core/invocation.ts';
import type { Keeper } from '../../core/keeper.ts';
import type { Lateness } from '../../core/lateness.ts';
import { AsyncInvocations } from './async-invocations.ts';
import { DurableExecutions } from './durable/executions.ts';
import { EventSourceMapping, type MappingSettings } from './event-source-mapping.ts';
import { parseFunctionName } from './function-name.ts';
import { KeptLambda } from './kept-lambda.ts';
import { LambdaOperations, lambdaAnswer } from './operations.ts';
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
  lateness: Lateness;
  /** Told of failures behind the scenes, where no caller waits for an answer. */
  onUnexpectedError: (error: unknown) => void;
}

export class LambdaService implements Service {
  readonly functions: FunctionRegistry;
  readonly durableExecutions: DurableExecutions;
  readonly #authorizer: Authorizer;
  readonly #clock: Clock;
  readonly #options: LambdaOptions;
  readonly #executor: Executor;
  readonly #asyncInvocations: AsyncInvocations;
  readonly #mappings = new Set<EventSourceMapping>();
  readonly #api: LambdaOperations;
  /** Deleted, with batches under way. */
  readonly #retiring = new Set<EventSourceMapping>();

  constructor(options: LambdaOptions) {
    this.#options = options;
    this.functions = new FunctionRegistry(options.lateness);
    this.#authorizer = options.authorizer;
    this.#clock = options.clock;
    this.#executor = new Executor(options);
    this.#asyncInvocations = new AsyncInvocations({ ...options, executor: this.#executor });
    this.durableExecutions = new DurableExecutions({ ...options, executor: this.#executor, functions: this.functions });
    this.#api = new LambdaOperations({
      authorizer: options.authorizer,
      functions: this.functions,
      mappings: () => this.mappings(),
      executor: this.#executor,
      asyncInvocations: this.#asyncInvocations,
      durableExecutions: this.durableExecutions,
    });
  }

  /** @param codeFolder in which the code of all functions lies */
  keeper(codeFolder: string): Keeper {
    const [executions, asyncInvocations] = [this.durableExecutions, this.#asyncInvocations];
    return new KeptLambda({ codeFolder, functions: this.functions, executions, asyncInvocations, mappings: this });
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
      this.#options.lateness.exactly(() => this.#options.sessions.assume(roleArn, name));
    } catch (error) {
      if (error instanceof ApiError) throw new ApiError('InvalidParameterValueException', 400, error.message);
      throw error;
    }
  }

  /**
   * @param uuid of one that was there before
   * @throws ApiError `InvalidParameterValueException` in Lambda's words when role or queue don't fit
   */
  createEventSourceMapping(settings: MappingSettings, uuid?: string): EventSourceMapping {
    const services = { ...this.#options, executor: this.#executor, functions: this.functions };
    const mapping = new EventSourceMapping(settings, services, uuid);
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
    this.#options.lateness.exactly(() => this.#asyncInvocations.configure(target, config));
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
    return this.#asyncInvocations.submit(target, randomUUID(), payload, execution);
  }

  get operations(): string[] {
    return this.#api.names;
  }

  handle(request: ApiRequest): Promise<ApiResponse> {
    return this.#api.handle(request);
  }

  renderError(error: ApiError): ApiResponse {
    const code = { AccessDenied: 'AccessDeniedException', InternalError: 'ServiceException' }[error.code] ?? error.code;
    const Type = error.status >= 500 ? 'Service' : 'User';
    return lambdaAnswer(error.status, { Type, Message: error.message, ...error.details }, { 'x-amzn-errortype': code });
  }

  async close(): Promise<void> {
    this.#asyncInvocations.close();
    this.durableExecutions.close();
    const stopped = Promise.all([...this.#mappings, ...this.#retiring].map((mapping) => mapping.close()));
    await this.#executor.close();
    await stopped;
  }
}
