/** CloudWatch Logs over HTTP. */
import type { ApiError, ApiRequest, ApiResponse, Service } from '../../core/api.ts';
import { type JsonApi, jsonAnswer, jsonError, runJson } from '../../protocols/aws-json.ts';
import { type LogsParts, logsOperations } from './operations.ts';

export class LogsService implements Service {
  readonly #api: JsonApi;

  constructor(parts: LogsParts) {
    this.#api = { service: 'CloudWatch Logs', target: 'Logs_20140328', operations: logsOperations(parts) };
  }

  get operations(): string[] {
    return Object.keys(this.#api.operations);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    return jsonAnswer('1.1', await runJson(this.#api, request));
  }

  renderError(error: ApiError): ApiResponse {
    return jsonError('1.1', error, 'InternalFailure');
  }
}
