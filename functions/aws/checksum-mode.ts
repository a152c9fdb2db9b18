/** A plug-in for S3 clients: the answer to a GET of a whole object tells the checksum that S3 keeps of it. */
import type { S3Plugin } from './s3-plugin.ts';

/**
 * `ChecksumMode` in the command's input would ask for the same, but the SDK would then compute the checksum in JavaScript, which takes
 * a quarter of the CPU time of an object of 800 kB (bench/PROFILE.md). Nothing is lost without that: the destination verifies the value
 * over the bytes that arrive there.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax
 */
export const checksumMode: S3Plugin = {
  applyToStack(stack) {
    stack.add(
      (next, { commandName }) =>
        (args) => {
          const { headers } = args.request as { headers: Record<string, string> };
          const isWhole = (args.input as { Range?: string }).Range === undefined;
          if (commandName === 'GetObjectCommand' && isWhole) headers['x-amz-checksum-mode'] = 'ENABLED';
          return next(args);
        },
      { name: 'checksumMode', step: 'build' },
    );
  },
};
