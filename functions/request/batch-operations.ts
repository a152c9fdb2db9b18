/** Reads the invocation of an S3 Batch Operations job, and writes its answer. */
import * as z from 'zod/mini';
import { askedObject } from './asked-object.ts';
import { badEvent, parseShape } from './bad-event.ts';
import { decodeKey } from './encoded-key.ts';
import type { RelayRequest } from './relay-request.ts';

const task = z.object({
  taskId: z.string().check(z.minLength(1)),
  s3Key: z.string().check(z.minLength(1)),
  s3VersionId: z.nullish(z.string()),
});
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html */
const jobSchema = z.object({
  invocationSchemaVersion: z.string(),
  invocationId: z.string(),
  job: z.optional(z.object({ id: z.string() })),
  tasks: z.array(z.unknown()),
});
/** Schema 1.0 names the bucket by ARN, 2.0 by name. */
const taskSchemas = {
  '1.0': z.extend(task, { s3BucketArn: z.string().check(z.minLength(3)) }),
  '2.0': z.extend(task, { s3Bucket: z.string().check(z.minLength(3)) }),
};

export type BatchJob = z.output<typeof jobSchema>;

export type BatchResultCode = 'Succeeded' | 'TemporaryFailure' | 'PermanentFailure';

export interface BatchResult {
  taskId: string;
  resultCode: BatchResultCode;
  resultString: string;
}

export interface BatchAnswer {
  invocationSchemaVersion: string;
  treatMissingKeysAs: 'PermanentFailure';
  invocationId: string;
  results: BatchResult[];
}

export function isBatchJob(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'invocationSchemaVersion');
}

/** @throws RelayError `BadEvent` if the job is malformed; a malformed task fails by itself in `parseBatchTask` */
export function parseBatchJob(value: unknown): BatchJob {
  return parseShape(jobSchema, value, 'an S3 Batch Operations invocation with invocationId and tasks');
}

/** A task's result needs its id. */
export function batchTaskId(value: unknown): string {
  return parseShape(z.object({ taskId: z.string() }), value, 'a task with a taskId').taskId;
}

export function parseBatchTask(job: BatchJob, value: unknown): RelayRequest {
  if (job.invocationSchemaVersion === '1.0') {
    const parsed = parseShape(taskSchemas['1.0'], value, 'a task of schema 1.0 with s3Key and s3BucketArn');
    return request(parsed.s3BucketArn.split(':').at(-1) ?? '', parsed);
  }
  if (job.invocationSchemaVersion === '2.0') {
    const parsed = parseShape(taskSchemas['2.0'], value, 'a task of schema 2.0 with s3Key and s3Bucket');
    return request(parsed.s3Bucket, parsed);
  }
  throw badEvent('invocationSchemaVersion "1.0" or "2.0"', job.invocationSchemaVersion);
}

export function batchAnswer(job: BatchJob, results: BatchResult[]): BatchAnswer {
  return {
    invocationSchemaVersion: job.invocationSchemaVersion,
    treatMissingKeysAs: 'PermanentFailure',
    invocationId: job.invocationId,
    results,
  };
}

function request(bucket: string, { s3Key, s3VersionId }: z.output<typeof task>): RelayRequest {
  const source = askedObject(bucket, decodeKey(s3Key));
  return s3VersionId ? { source, hint: { versionId: s3VersionId } } : { source };
}
