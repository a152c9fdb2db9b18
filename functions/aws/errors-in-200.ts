import type { S3Client } from '@aws-sdk/client-s3';

/** As much of an answer as this touches. */
interface Response {
  statusCode: number;
  body?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** The writes whose answers are short. Others stream an object, which may well be the XML of an error. */
const WRITES: ReadonlySet<string | undefined> = new Set([
  'PutObjectCommand',
  'CreateMultipartUploadCommand',
  'UploadPartCommand',
  'CompleteMultipartUploadCommand',
]);

/** Statuses of errors that are no fault of S3's. Any other is repeated, as the SDK does with errors within a 200. */
const STATUSES: Readonly<Record<string, number>> = { PreconditionFailed: 412, ConditionalRequestConflict: 409 };
const REPEATED = 503;

/**
 * An error in the body of a 200 is an error. S3 answers a CompleteMultipartUpload before it is done, sends blanks meanwhile, and may then
 * send an error: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 * The SDK looks for `</Error>` as the very last bytes only, and takes any such error for a 503.
 * @returns the client itself
 */
export function tellingErrors(client: S3Client): S3Client {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        if (WRITES.has(commandName)) await tellError(result.response as Response);
        return result;
      },
    // Nearer to the wire than the SDK's own.
    { name: 'tellErrors', step: 'deserialize', priority: 'low' },
  );
  return client;
}

async function tellError(response: Response): Promise<void> {
  if (response.statusCode !== 200 || response.body === undefined) return;
  const text = Buffer.concat(await piecesOf(response.body))
    .toString()
    .trim();
  response.body = Buffer.from(text);
  const code = errorCodeIn(text);
  if (code !== undefined) response.statusCode = STATUSES[code] ?? REPEATED;
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
