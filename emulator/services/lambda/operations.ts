/** Lambda's API in REST-JSON: invoking and describing functions, and the checkpoints of durable executions. */
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { accountOf } from '../../core/accounts.ts';
import { ApiError, type ApiRequest, type ApiResponse } from '../../core/api.ts';
import type { Execution } from '../../core/invocation.ts';
import { parseInput } from '../../protocols/aws-json.ts';
import type { AsyncInvocations } from './async-invocations.ts';
import { describeAccount, describeConfiguration } from './configuration.ts';
import type { DurableExecutions } from './durable/executions.ts';
import { parseFunctionName } from './function-name.ts';
import { MappingOperations, type MappingParts } from './mapping-operations.ts';
import { MAX_ASYNC_PAYLOAD_BYTES, MAX_SYNC_PAYLOAD_BYTES, readPayload } from './payload.ts';
import type { Executor } from './runtime/executor.ts';
import { functionNotFound, qualifiedArn, resourcePolicyOf, type Target } from './store.ts';

export interface LambdaParts extends MappingParts {
  executor: Executor;
  asyncInvocations: AsyncInvocations;
  durableExecutions: DurableExecutions;
}

interface Route {
  operation: string;
  method: string;
  /** Its group is the name of a function, or the ARN of an execution; still percent-encoded. */
  path: RegExp;
  run(request: ApiRequest, name: string): ApiResponse | Promise<ApiResponse>;
}

const FUNCTIONS = '/2015-03-31/functions';
const MAPPINGS = '/2015-03-31/event-source-mappings';
const CONCURRENCY = '/2017-10-31/functions/([^/]+)/concurrency';
const EXECUTIONS = '/2025-12-01/durable-executions';

const Concurrency = z.strictObject({ ReservedConcurrentExecutions: z.int().min(0) });

export class LambdaOperations {
  readonly #parts: LambdaParts;
  readonly #mappings: MappingOperations;
  readonly #routes: readonly Route[] = [
    this.#route('Invoke', 'POST', `${FUNCTIONS}/([^/]+)/invocations`, (...call) => this.#invoke(...call)),
    this.#route('GetFunction', 'GET', `${FUNCTIONS}/([^/]+)`, (...call) => this.#getFunction(...call)),
    this.#route('GetFunctionConfiguration', 'GET', `${FUNCTIONS}/([^/]+)/configuration`, (...call) =>
      this.#getConfiguration(...call),
    ),
    this.#route('ListFunctions', 'GET', `${FUNCTIONS}/?`, (request) => this.#listFunctions(request)),
    this.#route('GetAccountSettings', 'GET', '/2016-08-19/account-settings/?', (request) =>
      this.#accountSettings(request),
    ),
    this.#route('GetFunctionConcurrency', 'GET', '/2019-09-30/functions/([^/]+)/concurrency', (...call) =>
      this.#getConcurrency(...call),
    ),
    this.#route('PutFunctionConcurrency', 'PUT', CONCURRENCY, (...call) => this.#putConcurrency(...call)),
    this.#route('DeleteFunctionConcurrency', 'DELETE', CONCURRENCY, (...call) => this.#deleteConcurrency(...call)),
    this.#route('GetEventSourceMapping', 'GET', `${MAPPINGS}/([^/]+)`, (request, uuid) =>
      lambdaAnswer(200, this.#mappings.get(request, uuid)),
    ),
    this.#route('ListEventSourceMappings', 'GET', `${MAPPINGS}/?`, (request) =>
      lambdaAnswer(200, this.#mappings.list(request)),
    ),
    this.#route('UpdateEventSourceMapping', 'PUT', `${MAPPINGS}/([^/]+)`, async (request, uuid) =>
      lambdaAnswer(202, await this.#mappings.update(request, uuid)),
    ),
    this.#route('GetDurableExecution', 'GET', `${EXECUTIONS}/([^/]+)`, (request, arn) =>
      lambdaAnswer(200, this.#parts.durableExecutions.describe(request, decode(arn))),
    ),
    this.#route('GetDurableExecutionState', 'GET', `${EXECUTIONS}/([^/]+)/state`, (request, arn) =>
      lambdaAnswer(200, this.#parts.durableExecutions.state(request, decode(arn))),
    ),
    this.#route('CheckpointDurableExecution', 'POST', `${EXECUTIONS}/([^/]+)/checkpoint`, async (request, arn) =>
      lambdaAnswer(200, await this.#parts.durableExecutions.checkpoint(request, decode(arn))),
    ),
  ];

  constructor(parts: LambdaParts) {
    this.#parts = parts;
    this.#mappings = new MappingOperations(parts);
  }

  get names(): string[] {
    return this.#routes.map(({ operation }) => operation);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    for (const { method, path, run } of this.#routes) {
      const [whole, name = ''] = path.exec(request.rawPath) ?? [];
      if (whole !== undefined && method === request.method) return run(request, name);
    }
    throw unknownOperation(request);
  }

  #route(operation: string, method: string, path: string, run: Route['run']): Route {
    return { operation, method, path: new RegExp(`^${path}$`), run };
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
      this.#parts.asyncInvocations.submit(target, request.requestId, payload);
      return { status: 202 };
    }
    const execution = await this.#parts.executor.run(target, {
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
    const { execution, isNew } = this.#parts.durableExecutions.start(target, name, payload);
    const headers = { 'x-amz-durable-execution-arn': execution.arn, 'x-amz-executed-version': target.version };
    if (type === 'RequestResponse') return answerOf(await execution.closed, headers);
    if (isNew) this.#parts.asyncInvocations.submit(target, request.requestId, payload, execution);
    return { status: 202, headers };
  }

  #getFunction(request: ApiRequest, name: string): ApiResponse {
    const target = this.#authorizedTarget(request, name, 'lambda:GetFunction');
    const reserved = target.function.reservedConcurrency;
    return lambdaAnswer(200, {
      Configuration: describeConfiguration(target),
      ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    });
  }

  #getConfiguration(request: ApiRequest, name: string): ApiResponse {
    return lambdaAnswer(
      200,
      describeConfiguration(this.#authorizedTarget(request, name, 'lambda:GetFunctionConfiguration')),
    );
  }

  #getConcurrency(request: ApiRequest, name: string): ApiResponse {
    const { reservedConcurrency } = this.#authorizedTarget(request, name, 'lambda:GetFunctionConcurrency').function;
    return lambdaAnswer(200, { ReservedConcurrentExecutions: reservedConcurrency });
  }

  async #putConcurrency(request: ApiRequest, name: string): Promise<ApiResponse> {
    const body = await text(request.body);
    const { ReservedConcurrentExecutions: reserved } = parseInput(Concurrency, body, 'InvalidParameterValueException');
    const { function: fn } = this.#authorizedTarget(request, name, 'lambda:PutFunctionConcurrency');
    this.#parts.functions.reserve(fn.arn, reserved);
    return lambdaAnswer(200, { ReservedConcurrentExecutions: reserved });
  }

  #deleteConcurrency(request: ApiRequest, name: string): ApiResponse {
    const { function: fn } = this.#authorizedTarget(request, name, 'lambda:DeleteFunctionConcurrency');
    this.#parts.functions.reserve(fn.arn, undefined);
    return { status: 204 };
  }

  #listFunctions(request: ApiRequest): ApiResponse {
    const account = accountOf(request.caller);
    this.#parts.authorizer.authorize({
      caller: request.caller,
      action: 'lambda:ListFunctions',
      resource: '*',
      resourceAccount: account,
    });
    const functions = this.#parts.functions.list(account, request.region);
    const described = functions.map((item) =>
      describeConfiguration({ function: item, version: '$LATEST', qualifier: undefined, arn: item.arn }),
    );
    return lambdaAnswer(200, { Functions: described });
  }

  #accountSettings({ caller, region }: ApiRequest): ApiResponse {
    const resourceAccount = accountOf(caller);
    this.#parts.authorizer.authorize({ caller, action: 'lambda:GetAccountSettings', resource: '*', resourceAccount });
    return lambdaAnswer(200, describeAccount(this.#parts.functions.list(resourceAccount, region)));
  }

  /** Whoever may not call a function doesn't learn whether it exists. */
  #authorizedTarget(request: ApiRequest, encodedName: string, action: string): Target {
    const home = { account: accountOf(request.caller), region: request.region };
    const name = parseFunctionName(decode(encodedName), home, request.query.get('Qualifier'));
    const target = this.#parts.functions.seen(name);
    this.#parts.authorizer.authorize({
      caller: request.caller,
      action,
      resource: qualifiedArn(name),
      resourceAccount: name.account,
      resourcePolicy: target && resourcePolicyOf(target),
    });
    if (!target) throw functionNotFound(name);
    return target;
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

function unknownOperation({ method, rawPath }: ApiRequest): ApiError {
  return new ApiError('UnknownOperationException', 404, `${method} ${rawPath} is no operation of the local Lambda`);
}

export function lambdaAnswer(status: number, body: unknown, headers: Record<string, string> = {}): ApiResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
