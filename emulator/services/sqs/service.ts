/** SQS over HTTP: finds the operation in either protocol, lets it run, and answers in the same protocol. */
import { text } from 'node:stream/consumers';
import { ApiError, type ApiRequest, type ApiResponse, type Service } from '../../core/api.ts';
import { Input } from './input.ts';
import { jsonAnswer, jsonError, parseJson } from './json-protocol.ts';
import { type Answer, OPERATIONS } from './operations.ts';
import { parseForm, xmlAnswer, xmlError } from './query-protocol.ts';
import { MoveTasks } from './state/move-tasks.ts';
import { Queues, type SqsOptions } from './state/queues.ts';

const TARGET_PREFIX = 'AmazonSQS.';

/** Besides HTTP, other services use the queues in process through the methods of `Queues`, under the same authorisation. */
export class SqsService extends Queues implements Service {
  readonly #moveTasks: MoveTasks;

  constructor(options: SqsOptions) {
    super(options);
    this.#moveTasks = new MoveTasks(this, options.clock);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') return jsonAnswer(await this.#runJson(request, target));
    const form = new URLSearchParams(request.method === 'GET' ? request.query : await text(request.body));
    const operation = form.get('Action') ?? '';
    try {
      return xmlAnswer(operation, await this.#run(operation, request, () => parseForm(form)), request.requestId);
    } catch (error) {
      // The gateway, which renders errors otherwise, can't tell which protocol the request was in.
      if (error instanceof ApiError) return xmlError(error, request.requestId);
      throw error;
    }
  }

  renderError(error: ApiError): ApiResponse {
    return jsonError(error);
  }

  async #runJson(request: ApiRequest, target: string): Promise<Answer> {
    if (!target.startsWith(TARGET_PREFIX)) throw unknownOperation(target);
    const body = await text(request.body);
    return this.#run(target.slice(TARGET_PREFIX.length), request, () => parseJson(body));
  }

  async #run(name: string, { caller, region }: ApiRequest, fields: () => unknown): Promise<Answer> {
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (!operation) throw unknownOperation(name);
    const input = new Input(fields(), operation.parameters);
    return operation.run({ input, caller, region, queues: this, moveTasks: this.#moveTasks });
  }
}

function unknownOperation(name: string): ApiError {
  const known = Object.keys(OPERATIONS).join(', ');
  return new ApiError(
    'InvalidAction',
    400,
    `The operation ${name || '(none)'} is not one of the local SQS's: ${known}.`,
  );
}
