/** AWS JSON 1.0, which today's SDKs and CLI speak with SQS. */
import type { ApiError, ApiResponse } from '../../core/api.ts';
import { jsonErrorType, malformedInput, queryErrorCode } from './errors.ts';
import type { Answer } from './operations.ts';

const CONTENT_TYPE = 'application/x-amz-json-1.0';

/** @throws ApiError MalformedInput */
export function parseJson(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    throw malformedInput('The body is not valid JSON.');
  }
}

export function jsonAnswer(answer: Answer): ApiResponse {
  if (answer === undefined) return { status: 200, headers: { 'content-type': CONTENT_TYPE, 'content-length': 0 } };
  return { status: 200, headers: { 'content-type': CONTENT_TYPE }, body: JSON.stringify(answer) };
}

/** The second header keeps the codes of the older query protocol for clients that have always known errors by them. */
export function jsonError(error: ApiError): ApiResponse {
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  return {
    status: error.status,
    headers: { 'content-type': CONTENT_TYPE, 'x-amzn-query-error': `${queryErrorCode(error.code)};${fault}` },
    body: JSON.stringify({ __type: jsonErrorType(error.code), message: error.message }),
  };
}
