/** A plug-in for S3 clients: `ExpiresString` of a command's input becomes the header `Expires`, character by character. */
import type { S3Plugin } from './s3-plugin.ts';

/**
 * S3 keeps any text as `Expires` and returns it. The SDK takes only a date, and many a text that was never a date parses as one:
 * `3600` becomes the year 3600.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html#API_PutObject_RequestSyntax
 */
export const rawExpires: S3Plugin = {
  applyToStack(stack) {
    stack.add(
      (next) => (args) => {
        const { ExpiresString } = args.input as { ExpiresString?: string };
        const { headers } = args.request as { headers: Record<string, string> };
        if (ExpiresString !== undefined) headers['expires'] = ExpiresString;
        return next(args);
      },
      { name: 'rawExpires', step: 'build' },
    );
  },
};
