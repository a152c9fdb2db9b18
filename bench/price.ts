/** us-east-1, arm64, dollars: the prices of the AWS pages of Lambda, S3 and SQS. */
const LAMBDA_PER_GB_SECOND = 0.0000133334;
const PER_MILLION = { lambda: 0.2, sqs: 0.4, s3Write: 5, s3Read: 0.4 };
/** A function gets one vCPU per so many MB of memory: Lambda developer guide, "Configure memory". */
const MB_PER_VCPU = 1769;

const GIB_PER_TB = 1e12 / 1024 ** 3;
/** By the queue, which hands them out in tens: receive, delete, and each message was sent once. */
const SQS_REQUESTS_PER_OBJECT = 1 + 2 / 10;
/** A small object's GET, PUT and the HEAD after it. */
const READS_PER_OBJECT = 2;
const OBJECTS_PER_INVOCATION = 10;

export const FORMULA =
  'Lambda sells CPU with memory, 1 vCPU with 1,769 MB: a CPU second costs 1.769 GB-s × $0.0000133334. A small object costs besides ' +
  'a PUT ($5 per million), a GET and a HEAD ($0.40), 1.2 requests to SQS ($0.40) and a tenth of an invocation ($0.20).';

export function lambdaDollars(cpuSeconds: number): number {
  return cpuSeconds * (MB_PER_VCPU / 1000) * LAMBDA_PER_GB_SECOND;
}

/** What the function itself costs; parts of 64 MiB add three requests to S3 for each 64 MiB, 5 cents a TB or so. */
export function dollarsPerTb(cpuSecondsPerGib: number): number {
  return lambdaDollars(cpuSecondsPerGib * GIB_PER_TB);
}

export function dollarsPerMillionSmall(cpuMsPerObject: number): { lambda: number; requests: number } {
  const { lambda, sqs, s3Write, s3Read } = PER_MILLION;
  const requests =
    lambda / OBJECTS_PER_INVOCATION + sqs * SQS_REQUESTS_PER_OBJECT + s3Write + s3Read * READS_PER_OBJECT;
  return { lambda: lambdaDollars((cpuMsPerObject / 1000) * 1e6), requests };
}
