/** SQS takes these in no message, and JSON leaves them as they are: API_SendMessage. Half a surrogate pair JSON escapes by itself. */
const NOT_TAKEN = /[\ufffe\uffff]/g;

/** A message of the relay's own, as `parseMessageBody` reads it; keys may have any character that S3 takes. */
export function messageBody(message: {
  key: string;
  route?: string | undefined;
  attempts?: number | undefined;
}): string {
  return jsonForSqs(message);
}

export function jsonForSqs(value: unknown): string {
  return JSON.stringify(value).replace(NOT_TAKEN, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
