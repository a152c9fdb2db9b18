/** IAM over HTTP, in the query protocol. */
import { accountOf } from '../../core/accounts.ts';
import type { ApiRequest, Authorizer } from '../../core/api.ts';
import { type QueryApi, type QueryOperation, QueryService } from '../../protocols/query.ts';
import { accessKeyOperations } from './operations/access-keys.ts';
import { attachmentOperations } from './operations/attachments.ts';
import { boundaryOperations } from './operations/boundaries.ts';
import { groupOperations } from './operations/groups.ts';
import { instanceProfileOperations } from './operations/instance-profiles.ts';
import { managedPolicyOperations } from './operations/managed-policies.ts';
import type { Operation, Request } from './operations/operation.ts';
import { policyOperations } from './operations/policies.ts';
import { roleOperations } from './operations/roles.ts';
import { tagOperations } from './operations/tags.ts';
import { userOperations } from './operations/users.ts';
import type { Directory } from './state/directory.ts';

const OPERATIONS: Record<string, Operation> = {
  ...userOperations,
  ...accessKeyOperations,
  ...groupOperations,
  ...roleOperations,
  ...policyOperations,
  ...managedPolicyOperations,
  ...attachmentOperations,
  ...boundaryOperations,
  ...tagOperations,
  ...instanceProfileOperations,
};

/**
 * Identity and Access Management in its query protocol: users, their keys, groups, roles and trust, policies and instance profiles.
 * It is one for all regions, so it takes requests signed for any: a client that was given an endpoint signs for its own.
 */
export class IamService extends QueryService {
  readonly #directory: Directory;
  readonly #authorizer: Authorizer;
  protected readonly api: QueryApi;

  constructor({ directory, authorizer }: { directory: Directory; authorizer: Authorizer }) {
    super();
    this.#directory = directory;
    this.#authorizer = authorizer;
    const served = Object.entries(OPERATIONS).map(([action, perform]): [string, QueryOperation] => [
      action,
      (parameters, request) => perform(this.#request(action, request), parameters),
    ]);
    this.api = {
      namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
      version: '2010-05-08',
      operations: Object.fromEntries(served),
    };
  }

  #request(action: string, { caller }: ApiRequest): Request {
    const account = accountOf(caller);
    const ask: Request['ask'] = (asked, resource, context) =>
      this.#authorizer.authorize({ caller, action: `iam:${asked}`, resource, resourceAccount: account, context });
    return { action, directory: this.#directory, caller, account, ask };
  }
}
