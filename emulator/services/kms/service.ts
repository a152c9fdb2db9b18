/** KMS over HTTP. */
import type { ApiError, ApiRequest, ApiResponse, Service } from '../../core/api.ts';
import { type JsonApi, jsonAnswer, jsonError, runJson } from '../../protocols/aws-json.ts';
import { KmsOperations, type KmsParts } from './operations.ts';

export class KmsService implements Service {
  readonly #api: JsonApi;

  constructor(parts: KmsParts) {
    this.#api = { service: 'KMS', target: 'TrentService', operations: new KmsOperations(parts).table };
  }

  get operations(): string[] {
    return Object.keys(this.#api.operations);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    return jsonAnswer('1.1', await runJson(this.#api, request));
  }

  renderError(error: ApiError): ApiResponse {
    return jsonError('1.1', error, 'KMSInternalException');
  }
}
