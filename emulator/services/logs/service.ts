/** CloudWatch Logs over HTTP. */
import { JsonService } from '../../protocols/aws-json.ts';
import { type LogsParts, logsOperations } from './operations.ts';

export class LogsService extends JsonService {
  constructor(parts: LogsParts) {
    super({
      service: 'CloudWatch Logs',
      target: 'Logs_20140328',
      version: '1.1',
      operations: logsOperations(parts),
      internalError: 'InternalFailure',
    });
  }
}
