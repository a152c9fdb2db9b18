/** Writes a service's answer to the client. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiError, ApiResponse } from '../core/api.ts';
import { xmlDocument } from '../protocols/xml.ts';

/** A client that leaves while its answer is streamed is nobody's fault. @throws whatever a streamed body fails with */
export async function writeAnswer(
  method: string | undefined,
  response: ServerResponse,
  answer: ApiResponse,
): Promise<void> {
  const { status, headers = {}, body } = answer;
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  if (body instanceof Readable) {
    response.writeHead(status, headers);
    if (!hasBody) {
      body.destroy();
      response.end();
      return;
    }
    let clientLeft = response.destroyed;
    response.once('close', () => {
      // A body that has been read to its end is destroyed, too, while the last of it is still on its way.
      clientLeft = !response.writableFinished && (body.readableEnded || !body.destroyed);
    });
    await pipeline(body, response).catch((error: unknown) => {
      if (!clientLeft) throw error;
    });
    return;
  }
  const bytes = Buffer.from(body ?? '');
  const lengthIsKnown = Object.keys(headers).some((name) => name.toLowerCase() === 'content-length');
  response.writeHead(status, hasBody && !lengthIsKnown ? { ...headers, 'Content-Length': bytes.length } : headers);
  response.end(hasBody ? bytes : undefined);
}

/** For a request that names no service that is here. */
export function renderWithoutService({ code, status, message }: ApiError, requestId: string): ApiResponse {
  const body = xmlDocument('ErrorResponse', { Error: { Code: code, Message: message }, RequestId: requestId });
  return { status, headers: { 'Content-Type': 'text/xml' }, body };
}
