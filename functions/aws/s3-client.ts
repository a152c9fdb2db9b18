/** How every S3 client of the functions is set up: sockets, checksums, plug-ins. */
import { Agent, type AgentOptions } from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { errorsIn200 } from './errors-in-200.ts';
import { rawExpires } from './raw-expires.ts';
import type { S3Plugin } from './s3-plugin.ts';

const MAX_SOCKETS = 64;
const CONNECTION_TIMEOUT_MS = 5_000;
/** A socket that is silent for so long is taken for dead; S3 itself closes it after 20 s or more. */
const SOCKET_TIMEOUT_MS = 60_000;
/** The most that waits between reading and writing. More does not move faster, and garbage collection costs more (bench/). */
const SOCKET_BUFFER_BYTES = 256 * 1024;

export type S3Options = Pick<S3ClientConfig, 'region' | 'credentials' | 'signer' | 'maxAttempts'>;

/**
 * Checksums only where this code asks for them: the source's own value is handed on and S3 verifies it,
 * so a second one computed here would cost CPU time and prove less.
 * @param plugins besides those of every client
 */
export function s3Client(options: S3Options, plugins: readonly S3Plugin[] = []): S3Client {
  const agent: AgentOptions & { highWaterMark: number } = {
    keepAlive: true,
    maxSockets: MAX_SOCKETS,
    highWaterMark: SOCKET_BUFFER_BYTES,
  };
  const client = new S3Client({
    ...options,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      httpsAgent: new Agent(agent),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
    }),
  });
  for (const plugin of [errorsIn200, rawExpires, ...plugins]) client.middlewareStack.use(plugin);
  return client;
}
