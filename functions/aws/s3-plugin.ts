import type { S3Client } from '@aws-sdk/client-s3';

/** The SDK's interface for middleware that a client is given: `client.middlewareStack.use(plugin)`. */
export type S3Plugin = Parameters<S3Client['middlewareStack']['use']>[0];
