/** The payload of an invocation: read whole, within its limit. */
import type { Readable } from 'node:stream';
import { ApiError } from '../../core/api.ts';

/** Lambda developer guide, "Lambda quotas". */
export const MAX_SYNC_PAYLOAD_BYTES = 6_291_456;
export const MAX_ASYNC_PAYLOAD_BYTES = 1_048_576;

/** The event of an invocation as JSON text. @throws ApiError `RequestTooLargeException`, `InvalidRequestContentException` */
export async function readPayload(body: Readable, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) {
      const problem = `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`;
      throw new ApiError('RequestTooLargeException', 413, problem);
    }
  }
  const payload = Buffer.concat(chunks).toString('utf8') || '{}';
  try {
    JSON.parse(payload);
  } catch (error) {
    const problem = `Could not parse request body into json: ${(error as Error).message}`;
    throw new ApiError('InvalidRequestContentException', 400, problem);
  }
  return payload;
}
