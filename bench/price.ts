import { DOLLARS, OBJECTS_PER_INVOCATION, SMALL_OBJECT } from '../functions/core/prices.ts';

/** A function gets one vCPU for this many MB of memory: Lambda developer guide, "Configure memory". */
const MB_PER_VCPU = 1769;

const GIB_PER_TB = 1e12 / 1024 ** 3;

export const FORMULA =
  'Lambda sells CPU with memory, 1 vCPU with 1,769 MB: a CPU second costs 1.769 GB-s × $0.0000133334. A small object costs besides ' +
  'a PUT ($5 per million), a GET and a HEAD ($0.40), 1.2 requests to SQS ($0.40) and a tenth of an invocation ($0.20).';

export function lambdaDollars(cpuSeconds: number): number {
  return cpuSeconds * (MB_PER_VCPU / 1000) * DOLLARS.lambdaGbSecond;
}

/** What the function itself costs. Parts of 64 MiB add three requests to S3 for each 64 MiB, about 5 cents a TB. */
export function dollarsPerTb(cpuSecondsPerGib: number): number {
  return lambdaDollars(cpuSecondsPerGib * GIB_PER_TB);
}

export function dollarsPerMillionSmall(cpuMsPerObject: number): { lambda: number; requests: number } {
  const { lambdaInvocation, sqsRequest, s3Put, s3Get } = DOLLARS;
  const dollarsPerObject =
    lambdaInvocation / OBJECTS_PER_INVOCATION +
    sqsRequest * SMALL_OBJECT.sqsRequests +
    s3Put * SMALL_OBJECT.puts +
    s3Get * SMALL_OBJECT.gets;
  return { lambda: lambdaDollars((cpuMsPerObject / 1000) * 1e6), requests: dollarsPerObject * 1e6 };
}
