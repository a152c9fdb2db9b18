/** SSM over HTTP: the parameter store. */
import type { ApiError, ApiRequest, ApiResponse, Service } from '../../core/api.ts';
import { type JsonApi, jsonAnswer, jsonError, runJson } from '../../protocols/aws-json.ts';
import { type SsmParts, ssmOperations } from './operations.ts';

export class SsmService implements Service {
  readonly #api: JsonApi;

  constructor(parts: SsmParts) {
    this.#api = { service: 'SSM', target: 'AmazonSSM', operations: ssmOperations(parts) };
  }

  get operations(): string[] {
    return Object.keys(this.#api.operations);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    return jsonAnswer('1.1', await runJson(this.#api, request));
  }

  renderError(error: ApiError): ApiResponse {
    return jsonError('1.1', error, 'InternalServerError');
  }
}
