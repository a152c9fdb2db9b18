/** The bucket of the audit's reports. */
import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { WORK_FOLDER } from '../../functions/core/report-folder.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { reportBucket } from '../names.ts';
import { RelayBucket } from './relay-bucket.ts';

export interface AuditBucketProps {
  config: RelayContext;
  removalPolicy?: RemovalPolicy | undefined;
}

const INCOMPLETE_UPLOAD_DAYS = 7;
/** A billion lines take two weeks. After that nobody reads what a report was put together from. */
export const WORK_DAYS = 30;

/** A bucket that the stack creates for reports. Reports stay until somebody deletes them; what they were put together from does not. */
export class AuditBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { config, removalPolicy }: AuditBucketProps) {
    super(scope, id);
    const { prefix, kmsKeyArn } = config.relay.audit;
    this.bucket = new RelayBucket(this, 'Reports', {
      removalPolicy,
      bucketName: reportBucket(config),
      versioned: false,
      incompleteUploadDays: INCOMPLETE_UPLOAD_DAYS,
      kmsKeyArn,
      expiring: { prefix: `${prefix}${WORK_FOLDER}`, days: WORK_DAYS },
    }).bucket;
  }
}
