/** The SDK's public interface for what is added to a client: `client.middlewareStack.use(plugin)`. */
import type { S3Client } from '@aws-sdk/client-s3';

export type S3Plugin = Parameters<S3Client['middlewareStack']['use']>[0];
