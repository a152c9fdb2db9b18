/** SQS over HTTP: AWS JSON for today's clients, the query protocol for older ones; the answer is in the protocol of the request. */
import { ApiError, type ApiRequest, type ApiResponse, type Service } from '../../core/api.ts';
import type { Keeper } from '../../core/keeper.ts';
import { type JsonApi, type JsonOperation, jsonAnswer, runJson } from '../../protocols/aws-json.ts';
import { readParameters } from '../../protocols/query.ts';
import { Input } from './input.ts';
import { jsonError, parseJson } from './json-protocol.ts';
import { type Call, OPERATIONS } from './operations.ts';
import { parseForm, xmlAnswer, xmlError } from './query-protocol.ts';
import { MoveTasks } from './state/move-tasks.ts';
import { Queues, type SqsOptions } from './state/queues.ts';

/** Besides HTTP, other services use the queues in process through the methods of `Queues`, under the same authorisation. */
export class SqsService extends Queues implements Service, Keeper {
  readonly #moveTasks: MoveTasks;
  readonly #api: JsonApi;

  constructor(options: SqsOptions) {
    super(options);
    this.#moveTasks = new MoveTasks(this, options.clock);
    const operations = Object.fromEntries(Object.keys(OPERATIONS).map((name) => [name, this.#jsonOperation(name)]));
    this.#api = { service: 'SQS', target: 'AmazonSQS', operations, unknownOperation: 'InvalidAction' };
  }

  snapshot() {
    return { ...this.state, moveTasks: this.#moveTasks.snapshot() };
  }

  restore({ moveTasks, ...kept }: ReturnType<SqsService['snapshot']>): void {
    this.restoreQueues(kept);
    this.#moveTasks.restore(moveTasks);
  }

  get operations(): string[] {
    return Object.keys(OPERATIONS);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    if (request.headers['x-amz-target'] !== undefined) return jsonAnswer('1.0', await runJson(this.#api, request));
    const form = await readParameters(request);
    const name = form.get('Action') ?? '';
    try {
      if (!Object.hasOwn(OPERATIONS, name)) throw unknownOperation(name);
      const { caller, region } = request;
      return xmlAnswer(name, await this.#run(name, { caller, region }, parseForm(form)), request.requestId);
    } catch (error) {
      // The gateway, which renders errors otherwise, can't tell which protocol the request was in.
      if (error instanceof ApiError) return xmlError(error, request.requestId);
      throw error;
    }
  }

  renderError(error: ApiError): ApiResponse {
    return jsonError(error);
  }

  #jsonOperation(name: string): JsonOperation {
    return (call, body) => this.#run(name, call, parseJson(body));
  }

  #run(name: string, { caller, region }: Pick<Call, 'caller' | 'region'>, fields: unknown) {
    const operation = OPERATIONS[name]!;
    const input = new Input(fields, operation.parameters);
    return operation.run({ input, caller, region, queues: this, moveTasks: this.#moveTasks });
  }
}

function unknownOperation(name: string): ApiError {
  const known = Object.keys(OPERATIONS).join(', ');
  const problem = `The operation ${name || '(none)'} is not one of the local SQS's: ${known}.`;
  return new ApiError('InvalidAction', 400, problem);
}
