/** The durable executions of all functions, and the API by which their functions keep checkpoints. */
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { ApiError, type ApiRequest, type Authorizer, type Clock } from '../../../core/api.ts';
import type { Execution } from '../../../core/invocation.ts';
import { parseFunctionName } from '../function-name.ts';
import type { Executor } from '../runtime/executor.ts';
import type { RoleSessions } from '../runtime/role-sessions.ts';
import { type FunctionRegistry, resourcePolicyOf, type Target } from '../store.ts';
import { DurableExecution, describeExecution, type KeptState } from './execution.ts';
import { type ErrorObject, operationUpdate, toWire } from './operation.ts';

export interface DurableServices {
  authorizer: Authorizer;
  sessions: RoleSessions;
  executor: Executor;
  functions: FunctionRegistry;
  clock: Clock;
}

const checkpointRequest = z.strictObject({
  CheckpointToken: z.string(),
  ClientToken: z.string().optional(),
  Updates: z.array(operationUpdate).default([]),
});

/** Of Developer Guide, "Idempotency": names are unique within account and region. */
const NAME = /^[a-zA-Z0-9-_]{1,64}$/;
const PAGE = 1_000;

export class DurableExecutions {
  readonly #services: DurableServices;
  readonly #byArn = new Map<string, DurableExecution>();
  readonly #byName = new Map<string, DurableExecution>();

  constructor(services: DurableServices) {
    this.#services = services;
  }

  /** How many are under way. */
  get active(): number {
    return this.list().filter(({ status }) => status === 'RUNNING').length;
  }

  list(): DurableExecution[] {
    return [...this.#byArn.values()];
  }

  find(arn: string): DurableExecution | undefined {
    return this.#byArn.get(arn);
  }

  /** As it was kept: it goes on. */
  restore(target: Target, name: string, payload: string, kept: KeptState): void {
    this.#add(target, name, payload, kept);
  }

  /**
   * Starts an execution, or finds the one of that name: https://docs.aws.amazon.com/lambda/latest/dg/durable-execution-idempotency.html
   * @throws ApiError `DurableExecutionAlreadyStartedException` when that one was started with another payload
   */
  start(target: Target, name: string, payload: string): { execution: DurableExecution; isNew: boolean } {
    if (target.qualifier === undefined) {
      const problem = 'You cannot invoke a durable function using an unqualified ARN.';
      throw new ApiError('InvalidParameterValueException', 400, problem);
    }
    if (!NAME.test(name)) throw new ApiError('ValidationException', 400, `Value '${name}' is no execution name`);
    const present = this.#byName.get(keyOf(target, name));
    if (present) {
      const isSame = present.payload === payload && present.target.function.arn === target.function.arn;
      if (isSame) return { execution: present, isNew: false };
      const problem = `The durable execution ${name} has already been started with another payload.`;
      throw new ApiError('DurableExecutionAlreadyStartedException', 409, problem);
    }
    return { execution: this.#add(target, name, payload), isNew: true };
  }

  #add(target: Target, name: string, payload: string, kept?: KeptState): DurableExecution {
    const { executor, clock } = this.#services;
    const services = { executor, clock, invoke: this.#invoke.bind(this) };
    const execution = new DurableExecution(target, name, payload, services, kept);
    this.#byName.set(keyOf(target, name), execution);
    this.#byArn.set(execution.arn, execution);
    return execution;
  }

  /** Those of a function that was deleted: nothing goes on with them. */
  stopAllOf(functionArn: string): void {
    for (const execution of this.list()) {
      if (execution.target.function.arn === functionArn && execution.status === 'RUNNING') execution.stop();
    }
  }

  close(): void {
    for (const execution of this.#byArn.values()) execution.close();
  }

  describe(request: ApiRequest, arn: string): unknown {
    return describeExecution(this.#authorized(request, arn, 'lambda:GetDurableExecution'));
  }

  async checkpoint(request: ApiRequest, arn: string): Promise<unknown> {
    const execution = this.#authorized(request, arn, 'lambda:CheckpointDurableExecution');
    const parsed = checkpointRequest.safeParse(JSON.parse((await buffer(request.body)).toString()));
    if (!parsed.success) throw new ApiError('InvalidParameterValueException', 400, parsed.error.message);
    const { token, operations } = execution.checkpoint(parsed.data.CheckpointToken, parsed.data.Updates);
    return { CheckpointToken: token, NewExecutionState: { Operations: toWire(operations) } };
  }

  state({ query, ...request }: ApiRequest, arn: string): unknown {
    const execution = this.#authorized({ ...request, query }, arn, 'lambda:GetDurableExecutionState');
    const from = Number(query.get('Marker') ?? 0);
    const count = Math.min(PAGE, Number(query.get('MaxItems') ?? PAGE));
    const { operations, next } = execution.state(query.get('CheckpointToken') ?? '', from, count);
    return { Operations: toWire(operations), ...(next !== undefined && { NextMarker: String(next) }) };
  }

  /** Asked for by the execution's ARN: https://docs.aws.amazon.com/lambda/latest/dg/durable-security.html */
  #authorized({ caller }: ApiRequest, arn: string, action: string): DurableExecution {
    const resourceAccount = arn.split(':')[4] ?? '';
    this.#services.authorizer.authorize({ caller, action, resource: arn, resourceAccount });
    const execution = this.#byArn.get(arn);
    if (execution) return execution;
    throw new ApiError('ResourceNotFoundException', 404, `Durable execution not found: ${arn}`);
  }

  /** Lambda invokes in the role of the function that asks for it. Only an error's type and message come back. */
  async #invoke(
    { function: caller }: Target,
    functionName: string,
    payload: string,
    name: string,
  ): Promise<{ Result: string } | { Error: ErrorObject }> {
    const { functions, authorizer, sessions, executor } = this.#services;
    try {
      const target = functions.target(parseFunctionName(functionName, caller));
      authorizer.authorize({
        caller: sessions.caller(caller.roleArn, caller.name),
        action: 'lambda:InvokeFunction',
        resource: target.arn,
        resourceAccount: target.function.account,
        resourcePolicy: resourcePolicyOf(target),
      });
      const answer = await this.#run(target, payload, executor, name);
      if (!answer.failed) return { Result: answer.payload };
      const { errorType, errorMessage } = JSON.parse(answer.payload) as { errorType: string; errorMessage: string };
      return { Error: { ErrorType: errorType, ErrorMessage: errorMessage } };
    } catch (error) {
      return { Error: { ErrorType: (error as Error).name, ErrorMessage: (error as Error).message } };
    }
  }

  #run(target: Target, payload: string, executor: Executor, name: string): Promise<Execution> {
    if (target.function.durable) return this.start(target, name, payload).execution.closed;
    return executor.run(target, { requestId: crypto.randomUUID(), payload, whenBusy: 'wait' });
  }
}

function keyOf({ function: { account, region } }: Target, name: string): string {
  return `${account} ${region} ${name}`;
}
