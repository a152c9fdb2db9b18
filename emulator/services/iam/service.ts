/** IAM over HTTP, in the query protocol. */
import { accountOf } from '../../core/accounts.ts';
import type { ApiError, ApiRequest, ApiResponse, Authorizer, Service } from '../../core/api.ts';
import { type QueryApi, type QueryOperation, queryError, serveQuery } from '../../protocols/query.ts';
import { accessKeyOperations } from './operations/access-keys.ts';
import type { Call, Operation } from './operations/operation.ts';
import { policyOperations } from './operations/policies.ts';
import { roleOperations } from './operations/roles.ts';
import { userOperations } from './operations/users.ts';
import type { Directory } from './state/directory.ts';

const OPERATIONS: Record<string, Operation> = {
  ...userOperations,
  ...accessKeyOperations,
  ...roleOperations,
  ...policyOperations,
};

/**
 * Identity and Access Management in its query protocol: users, their keys, roles, trust and inline policies.
 * It is one for all regions, so it takes requests signed for any: a client that was given an endpoint signs for its own.
 */
export class IamService implements Service {
  readonly #directory: Directory;
  readonly #authorizer: Authorizer;
  readonly #api: QueryApi;

  constructor({ directory, authorizer }: { directory: Directory; authorizer: Authorizer }) {
    this.#directory = directory;
    this.#authorizer = authorizer;
    const served = Object.entries(OPERATIONS).map(([action, perform]): [string, QueryOperation] => [
      action,
      (parameters, request) => perform(this.#call(action, request), parameters),
    ]);
    this.#api = {
      namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
      version: '2010-05-08',
      operations: Object.fromEntries(served),
    };
  }

  get operations(): string[] {
    return Object.keys(OPERATIONS);
  }

  handle(request: ApiRequest): Promise<ApiResponse> {
    return serveQuery(this.#api, request);
  }

  renderError(error: ApiError, { requestId }: Pick<ApiRequest, 'requestId'>): ApiResponse {
    return queryError(this.#api, error, requestId);
  }

  #call(action: string, { caller }: ApiRequest): Call {
    const account = accountOf(caller);
    const authorize = (resource: string) =>
      this.#authorizer.authorize({ caller, action: `iam:${action}`, resource, resourceAccount: account });
    return { action, directory: this.#directory, caller, account, authorize };
  }
}
