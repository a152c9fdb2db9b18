/** KMS over HTTP. */
import { JsonService } from '../../protocols/aws-json.ts';
import { KmsOperations, type KmsParts } from './operations.ts';

export class KmsService extends JsonService {
  constructor(parts: KmsParts) {
    super({
      service: 'KMS',
      target: 'TrentService',
      version: '1.1',
      operations: new KmsOperations(parts).table,
      internalError: 'KMSInternalException',
    });
  }
}
