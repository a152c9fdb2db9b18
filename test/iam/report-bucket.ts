/** The bucket that replay writes audit reports into. */
import type { LocalCloud } from '../../emulator/index.ts';

/** Outside of what replay may write, within it, and within what it may read. */
export const REPORT_KEYS = ['there', 'audit/there', 'audit/work/there'];

export function reportBucket(cloud: LocalCloud): string {
  return cloud.outputs('upload-relay-source')['ReportBucketName']!;
}
