/** CloudFormation over HTTP, in the query protocol. */
import type { ApiError, ApiRequest, ApiResponse, Service } from '../../core/api.ts';
import { type QueryApi, queryError, serveQuery } from '../../protocols/query.ts';
import { CloudFormationOperations, type CloudFormationParts } from './operations.ts';

export class CloudFormationService implements Service {
  readonly #api: QueryApi;

  constructor(parts: CloudFormationParts) {
    this.#api = {
      namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
      version: '2010-05-15',
      operations: new CloudFormationOperations(parts).table,
    };
  }

  get operations(): string[] {
    return Object.keys(this.#api.operations);
  }

  handle(request: ApiRequest): Promise<ApiResponse> {
    return serveQuery(this.#api, request);
  }

  renderError(error: ApiError, { requestId }: Pick<ApiRequest, 'requestId'>): ApiResponse {
    return queryError(this.#api, error, requestId);
  }
}
