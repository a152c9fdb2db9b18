/** CloudWatch over HTTP. */
import { JsonService } from '../../protocols/aws-json.ts';
import { type CloudWatchParts, cloudWatchOperations } from './operations.ts';

export class CloudWatchService extends JsonService {
  constructor(parts: CloudWatchParts) {
    super({
      service: 'CloudWatch',
      target: 'GraniteServiceVersion20100801',
      version: '1.0',
      operations: cloudWatchOperations(parts),
      internalError: 'InternalServiceFault',
    });
  }
}
