/** The errors of SQS, in its own codes and words (SQS API Reference; texts as the service sends them). */
import { ApiError } from '../../core/api.ts';

/** Each body, and each batch in sum: 1 MiB since August 2025 (SQS quotas). */
export const MAXIMUM_MESSAGE_SIZE_BYTES = 1_048_576;

export const queueDoesNotExist = () => new ApiError('QueueDoesNotExist', 400, 'The specified queue does not exist.');

export const invalidParameter = (message: string) => new ApiError('InvalidParameterValue', 400, message);

export const invalidValue = (value: unknown, parameter: string, reason: string) =>
  invalidParameter(`Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`);

/** @throws ApiError InvalidParameterValue */
export function checkRange(value: number, parameter: string, minimum: number, maximum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw invalidValue(value, parameter, `Must be between ${minimum} and ${maximum}, if provided.`);
  }
}

export const missingParameter = (parameter: string) =>
  new ApiError('MissingParameter', 400, `The request must contain the parameter ${parameter}.`);

export const unsupported = (message: string) => new ApiError('UnsupportedOperation', 400, message);

export const malformedInput = (message: string) => new ApiError('MalformedInput', 400, message);

export const receiptHandleIsInvalid = (handle: string) =>
  new ApiError('ReceiptHandleIsInvalid', 404, `The input receipt handle "${handle}" is not a valid receipt handle.`);

export const resourceNotFound = (parameter: string) =>
  new ApiError(
    'ResourceNotFoundException',
    404,
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
  );

const BATCH_ERRORS = [
  'BatchEntryIdsNotDistinct',
  'BatchRequestTooLong',
  'EmptyBatchRequest',
  'InvalidBatchEntryId',
  'TooManyEntriesInBatchRequest',
  'MessageNotInflight',
  'PurgeQueueInProgress',
  'UnsupportedOperation',
];

/** The code that the query protocol has for an error, which the JSON protocol repeats in `x-amzn-query-error`. */
export function queryErrorCode(code: string): string {
  if (code === 'QueueDoesNotExist') return 'AWS.SimpleQueueService.NonExistentQueue';
  if (code === 'QueueNameExists') return 'QueueAlreadyExists';
  return BATCH_ERRORS.includes(code) ? `AWS.SimpleQueueService.${code}` : code;
}

const CORAL_TYPES: Record<string, string> = {
  AccessDenied: 'AccessDeniedException',
  InvalidParameterValue: 'InvalidParameterValueException',
  MissingParameter: 'MissingRequiredParameterException',
  MalformedInput: 'SerializationException',
  InvalidAction: 'UnknownOperationException',
  InternalError: 'InternalFailure',
};

const SQS_TYPES = [
  ...BATCH_ERRORS,
  'InvalidAttributeName',
  'InvalidAttributeValue',
  'InvalidMessageContents',
  'QueueDoesNotExist',
  'QueueNameExists',
  'ReceiptHandleIsInvalid',
  'ResourceNotFoundException',
];

/** The `__type` of the JSON protocol: the modelled errors are SQS's own, the others belong to AWS's common framework. */
export function jsonErrorType(code: string): string {
  if (SQS_TYPES.includes(code)) return `com.amazonaws.sqs#${code}`;
  return `com.amazon.coral.service#${CORAL_TYPES[code] ?? code}`;
}
