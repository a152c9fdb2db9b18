/** Messages as SQS stores and hands them out, and the rules for what a message may hold. */
import { createHash } from 'node:crypto';
import { ApiError } from '../../core/api.ts';
import type { MessageAttributes } from '../../core/queue-message.ts';
import { invalidParameter, invalidValue, missingParameter } from './errors.ts';

export interface OutgoingMessage {
  body: string;
  attributes?: MessageAttributes | undefined;
  /** 0–900; without it the queue's own delay holds. */
  delaySeconds?: number | undefined;
}

const MAXIMUM_ATTRIBUTES = 10;
const ATTRIBUTE_NAME = /^(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/;
// Everything that XML 1.0 can't hold: SQS refuses it, whatever the protocol.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN_CHARACTERS = /[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export function md5OfBody(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

/**
 * The digest that SDKs compare with their own (SQS Developer Guide, "Calculating the MD5 message digest for message attributes"):
 * names in order; name, type and value each after its length in four bytes, the value also after one byte for its kind.
 * Undefined when there is nothing to digest.
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { dataType, stringValue, binaryValue } = attributes[name]!;
    add(Buffer.from(name));
    add(Buffer.from(dataType));
    hash.update(Buffer.from([binaryValue ? 2 : 1]));
    add(binaryValue ?? Buffer.from(stringValue ?? ''));
  }
  return hash.digest('hex');
}

/** What counts towards the size limits: the body, and every attribute's name, type and value, in bytes. */
export function messageSizeBytes({ body, attributes = {} }: OutgoingMessage): number {
  let size = Buffer.byteLength(body);
  for (const [name, { dataType, stringValue, binaryValue }] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(dataType);
    size += binaryValue ? binaryValue.length : Buffer.byteLength(stringValue ?? '');
  }
  return size;
}

/**
 * Checks a message before it is stored.
 * @throws ApiError MissingParameter (empty body), InvalidMessageContents, InvalidParameterValue (attributes, size, delay)
 */
export function checkMessage(message: OutgoingMessage, maximumMessageSizeBytes: number): void {
  if (message.body === '') throw missingParameter('MessageBody');
  if (FORBIDDEN_CHARACTERS.test(message.body)) {
    throw new ApiError(
      'InvalidMessageContents',
      400,
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  checkAttributes(message.attributes ?? {});
  const { delaySeconds = 0 } = message;
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 900) {
    throw invalidValue(delaySeconds, 'DelaySeconds', 'DelaySeconds must be >= 0 and <= 900.');
  }
  if (messageSizeBytes(message) > maximumMessageSizeBytes) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageSizeBytes} bytes.`,
    );
  }
}

function checkAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > MAXIMUM_ATTRIBUTES) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAXIMUM_ATTRIBUTES}].`,
    );
  }
  for (const [name, { dataType, stringValue, binaryValue }] of entries) {
    if (!ATTRIBUTE_NAME.test(name) || /^(aws|amazon)\./i.test(name)) {
      throw invalidParameter(`The message attribute name '${name}' is invalid.`);
    }
    const kind = dataType.split('.')[0];
    if (kind !== 'String' && kind !== 'Number' && kind !== 'Binary') {
      throw invalidParameter(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    const value = kind === 'Binary' ? binaryValue : stringValue;
    if (value === undefined || value.length === 0) {
      throw invalidParameter(`The message attribute '${name}' must contain a non-empty value of type '${kind}'.`);
    }
    if (kind === 'Number' && !Number.isFinite(Number(stringValue))) {
      throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
    }
  }
}
