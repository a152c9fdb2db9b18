/** What a rule can match of a request: service, operation, bucket, key. */
import type { ApiRequest } from '../core/api.ts';
import { callerAccount, principalArn } from '../services/s3/call.ts';
import { readHeaders } from '../services/s3/headers.ts';
import { operationName } from '../services/s3/operations/table.ts';
import { resolveTarget } from '../services/s3/target.ts';
import type { Subject } from './rule.ts';

/**
 * What a request is about, as far as it can be told without doing it.
 * @param body of a service other than S3
 */
export function requestSubject(service: string, request: ApiRequest, body: Buffer | undefined): Subject {
  const account = callerAccount(request.caller.principal);
  const operation = service === 's3' ? undefined : operationOf(service, request, body);
  return {
    service,
    method: request.method,
    caller: principalArn(request.caller.principal),
    ...(account !== undefined && { account }),
    ...(operation !== undefined && { operation }),
    ...(service === 's3' && s3Subject(request)),
  };
}

function s3Subject(request: ApiRequest): Subject {
  try {
    const { bucketName, key } = resolveTarget(request);
    const headers = readHeaders(request);
    const operation = operationName({ request, query: request.query, headers }, bucketName, key);
    const expectedOwner = headers.get('x-amz-expected-bucket-owner');
    return {
      operation,
      ...(bucketName !== undefined && { bucket: bucketName }),
      ...(key !== undefined && { key }),
      ...(expectedOwner !== undefined && { expectedOwner }),
    };
  } catch {
    // S3 itself says what is wrong with such a request.
    return {};
  }
}

const LAMBDA_OPERATIONS: [method: string, end: string, operation: string][] = [
  ['POST', '/invocations', 'Invoke'],
  ['POST', '/checkpoint', 'CheckpointDurableExecution'],
  ['GET', '/state', 'GetDurableExecutionState'],
];

function operationOf(service: string, { headers, query, method, rawPath }: ApiRequest, body: Buffer | undefined) {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.lastIndexOf('.') + 1);
  if (service === 'lambda')
    return LAMBDA_OPERATIONS.find(([verb, end]) => method === verb && rawPath.endsWith(end))?.[2];
  return query.get('Action') ?? new URLSearchParams(body?.toString('utf8')).get('Action') ?? undefined;
}
