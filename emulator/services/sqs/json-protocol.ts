/** AWS JSON 1.0 with SQS's own names for errors; today's SDKs and CLI speak it. */
import type { ApiError, ApiResponse } from '../../core/api.ts';
import { jsonAnswer, parseJson as parse } from '../../protocols/aws-json.ts';
import { faultOf } from '../../protocols/query.ts';
import { jsonErrorType, queryErrorCode } from './errors.ts';

/** @throws ApiError MalformedInput */
export function parseJson(body: string): unknown {
  return body === '' ? {} : parse(body, 'MalformedInput');
}

/** The second header keeps the codes of the query protocol for clients that have always known errors by them. */
export function jsonError(error: ApiError): ApiResponse {
  const answer = jsonAnswer('1.0', { __type: jsonErrorType(error.code), message: error.message }, error.status);
  const queryError = { 'x-amzn-query-error': `${queryErrorCode(error.code)};${faultOf(error)}` };
  return { ...answer, headers: { ...answer.headers, ...queryError } };
}
