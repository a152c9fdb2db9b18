/** The relay's own bundle, invoked as Lambda would: one invocation after the other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const TIMEOUT_MS = 900_000;

interface Answer {
  batchItemFailures?: unknown[];
  failures?: unknown[];
}

const events = JSON.parse(readFileSync(process.env['BENCH_EVENTS']!, 'utf8')) as unknown[];
const file = join(process.env['LAMBDA_TASK_ROOT']!, 'index.mjs');
const { handler } = (await import(pathToFileURL(file).href)) as {
  handler: (event: unknown, context: object) => Promise<Answer>;
};
for (const [index, event] of events.entries()) {
  const endsAt = performance.now() + TIMEOUT_MS;
  const answer = await handler(event, {
    awsRequestId: `bench-${index}`,
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    getRemainingTimeInMillis: () => endsAt - performance.now(),
  });
  const failed = [...(answer.batchItemFailures ?? []), ...(answer.failures ?? [])];
  if (failed.length > 0) throw new Error(`not relayed: ${JSON.stringify(failed).slice(0, 1000)}`);
}
// Sockets are kept alive, so the process would not end by itself.
process.exit(0);
