/** CloudFormation over HTTP, in the query protocol. */
import { type QueryApi, QueryService } from '../../protocols/query.ts';
import type { CloudFormationParts } from './operations/call.ts';
import { cloudFormationOperations } from './operations/table.ts';

export class CloudFormationService extends QueryService {
  protected readonly api: QueryApi;

  constructor(parts: CloudFormationParts) {
    super();
    this.api = {
      namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
      version: '2010-05-15',
      operations: cloudFormationOperations(parts),
    };
  }
}
