/** AWS JSON 1.0 as DynamoDB speaks it. */
import { crc32 } from 'node:zlib';
import { ApiError, type ApiResponse } from '../../core/api.ts';
import { jsonErrorName, jsonStatus, parseJson, jsonAnswer as plainAnswer } from '../../protocols/aws-json.ts';
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
  const parameters = parseJson(body, 'SerializationException');
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw new ApiError('SerializationException', 400, 'The body must be a JSON object.');
  }
  return parameters;
}

/** With the checksum that DynamoDB puts on every answer, and that some clients verify. */
export function jsonAnswer(status: number, content: object): ApiResponse {
  const answer = plainAnswer('1.0', content, status);
  return { ...answer, headers: { ...answer.headers, 'x-amz-crc32': String(crc32(answer.body as string)) } };
}

/** DynamoDB answers 400 where other services answer 403 (Developer Guide, "Error handling with DynamoDB"). */
export function jsonError(error: ApiError): ApiResponse {
  const { message } = error;
  const name = jsonErrorName(error.code, 'InternalServerError');
  const text = CAPITALISED.includes(name) ? { Message: message } : { message };
  const item = error instanceof ConditionalCheckFailed && error.item ? { Item: error.item } : {};
  return jsonAnswer(jsonStatus(error), { __type: `${namespaceOf(name)}#${name}`, ...text, ...item });
}

function namespaceOf(errorName: string): string {
  if (errorName === 'ValidationException') return 'com.amazon.coral.validate';
  return MODELLED_ERRORS.includes(errorName) ? 'com.amazonaws.dynamodb.v20120810' : 'com.amazon.coral.service';
}
