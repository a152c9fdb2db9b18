/** EventBridge over HTTP. */
import { JsonService } from '../../protocols/aws-json.ts';
import { EventBridgeOperations, type EventBridgeParts } from './operations.ts';

export class EventBridgeService extends JsonService {
  constructor(parts: EventBridgeParts) {
    super({
      service: 'EventBridge',
      target: 'AWSEvents',
      version: '1.1',
      operations: new EventBridgeOperations(parts).table,
      internalError: 'InternalException',
    });
  }
}
