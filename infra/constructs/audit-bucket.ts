/** The bucket of the audit's reports. */
import { Construct } from 'constructs';
import { WORK_FOLDER } from '../../functions/core/report-folder.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { reportBucket } from '../names.ts';
import { RelayBucket } from './relay-bucket.ts';

export interface AuditBucketProps {
  config: RelayContext;
}

const INCOMPLETE_UPLOAD_DAYS = 7;
/** A billion lines take two weeks. After that nobody reads what a report was put together from. */
export const WORK_DAYS = 30;

/** A bucket that the stack creates for reports. Reports stay until somebody deletes them; what they were put together from does not. */
export class AuditBucket extends Construct {
  constructor(scope: Construct, id: string, { config }: AuditBucketProps) {
    super(scope, id);
    const { prefix, kmsKeyArn } = config.relay.audit;
    new RelayBucket(this, 'Reports', {
      bucketName: reportBucket(config),
      versioned: false,
      incompleteUploadDays: INCOMPLETE_UPLOAD_DAYS,
      kmsKeyArn,
      expiring: { prefix: `${prefix}${WORK_FOLDER}`, days: WORK_DAYS },
    });
  }
}
