import type { S3Client } from '@aws-sdk/client-s3';

/**
 * Sends `ExpiresString` of a command's input as the header `Expires`, letter by letter. S3 keeps any text there, and answers it; the SDK takes a
 * date only, and many a text that was never one makes a date: `3600` the year.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html#API_PutObject_RequestSyntax
 * @returns the client itself
 */
export function sendingRawExpires(client: S3Client): S3Client {
  client.middlewareStack.add(
    (next) => (args) => {
      const { ExpiresString } = args.input as { ExpiresString?: string };
      const { headers } = args.request as { headers: Record<string, string> };
      if (ExpiresString !== undefined) headers['expires'] = ExpiresString;
      return next(args);
    },
    { name: 'sendRawExpires', step: 'build' },
  );
  return client;
}
