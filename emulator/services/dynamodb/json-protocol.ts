/** AWS JSON 1.0 as DynamoDB speaks it. */
import { crc32 } from 'node:zlib';
import { ApiError, type ApiResponse } from '../../core/api.ts';
import { ConditionalCheckFailed } from './store.ts';

const MODELLED_ERRORS = [
  'ConditionalCheckFailedException',
  'InternalServerError',
  'LimitExceededException',
  'ResourceInUseException',
  'ResourceNotFoundException',
];

/** These two spell the member that holds their text with a capital. */
const CAPITALISED = ['AccessDeniedException', 'SerializationException'];

/** @throws ApiError SerializationException unless the body is a JSON object */
export function parseParameters(body: string): object {
  let parameters: unknown;
  try {
    parameters = JSON.parse(body);
  } catch {
    throw new ApiError('SerializationException', 400, 'The body is not valid JSON.');
  }
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw new ApiError('SerializationException', 400, 'The body must be a JSON object.');
  }
  return parameters;
}

/** With the checksum that DynamoDB puts on every answer, and that some clients verify. */
export function jsonAnswer(status: number, content: object): ApiResponse {
  const body = JSON.stringify(content);
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-crc32': String(crc32(body)) };
  return { status, headers, body };
}

/** DynamoDB answers 400 where other services answer 403 (Developer Guide, "Error handling with DynamoDB"). */
export function jsonError(error: ApiError): ApiResponse {
  const { code, status, message } = error;
  const name = { AccessDenied: 'AccessDeniedException', InternalError: 'InternalServerError' }[code] ?? code;
  const text = CAPITALISED.includes(name) ? { Message: message } : { message };
  const item = error instanceof ConditionalCheckFailed && error.item ? { Item: error.item } : {};
  return jsonAnswer(status === 403 ? 400 : status, { __type: `${namespaceOf(name)}#${name}`, ...text, ...item });
}

function namespaceOf(errorName: string): string {
  if (errorName === 'ValidationException') return 'com.amazon.coral.validate';
  return MODELLED_ERRORS.includes(errorName) ? 'com.amazonaws.dynamodb.v20120810' : 'com.amazon.coral.service';
}
