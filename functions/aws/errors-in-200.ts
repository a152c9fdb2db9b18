/** A plug-in for S3 clients: an error in the body of a 200 is an error. */
import type { S3Plugin } from './s3-plugin.ts';

/** As much of an answer as this changes. */
interface Response {
  statusCode: number;
  body?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** The writes, whose answers are short. Other answers stream an object, which may itself be the XML of an error. */
const WRITES: ReadonlySet<string | undefined> = new Set([
  'PutObjectCommand',
  'CreateMultipartUploadCommand',
  'UploadPartCommand',
  'CompleteMultipartUploadCommand',
]);

/** The statuses of errors that S3 is not to blame for. The SDK retries any other error within a 200. */
const STATUSES: Readonly<Record<string, number>> = { PreconditionFailed: 412, ConditionalRequestConflict: 409 };
const RETRIED_STATUS = 503;

/**
 * S3 answers a CompleteMultipartUpload before it is done, sends blanks meanwhile, and may then send an error:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 * The SDK looks for `</Error>` only as the very last bytes, and takes any such error for a 503.
 */
export const errorsIn200: S3Plugin = {
  applyToStack(stack) {
    stack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args);
          if (WRITES.has(commandName)) await correctStatus(result.response as Response);
          return result;
        },
      // Nearer to the wire than the SDK's own.
      { name: 'errorsIn200', step: 'deserialize', priority: 'low' },
    );
  },
};

async function correctStatus(response: Response): Promise<void> {
  if (response.statusCode !== 200 || response.body === undefined) return;
  const text = Buffer.concat(await piecesOf(response.body))
    .toString()
    .trim();
  response.body = Buffer.from(text);
  const code = errorCodeIn(text);
  if (code !== undefined) response.statusCode = STATUSES[code] ?? RETRIED_STATUS;
}

async function piecesOf(body: Exclude<Response['body'], undefined>): Promise<Uint8Array[]> {
  if (body instanceof Uint8Array) return [body];
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return pieces;
}

/** The code of an XML document whose root is an error; empty where the error has none. */
export function errorCodeIn(xml: string): string | undefined {
  if (!/^\s*(<\?xml[^>]*\?>)?\s*(<!--.*?-->\s*)*<Error[\s/>]/s.test(xml)) return undefined;
  return /<Code>\s*([^<\s]*)\s*<\/Code>/.exec(xml)?.[1] ?? '';
}
