/** SSM over HTTP. */
import { JsonService } from '../../protocols/aws-json.ts';
import { type SsmParts, ssmOperations } from './operations.ts';

export class SsmService extends JsonService {
  constructor(parts: SsmParts) {
    super({
      service: 'SSM',
      target: 'AmazonSSM',
      version: '1.1',
      operations: ssmOperations(parts),
      internalError: 'InternalServerError',
    });
  }
}
