/** SQS refuses these characters (API_SendMessage), and JSON does not escape them. JSON escapes an unpaired surrogate by itself. */
const NOT_TAKEN = /[\ufffe\uffff]/g;

/** The body of a message of the relay's own, as `parseMessageBody` reads it. Keys may have any character that S3 takes. */
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
