import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { errorsIn200 } from '../../functions/aws/errors-in-200.ts';
import { rawExpires } from '../../functions/aws/raw-expires.ts';
import { writerCredentials } from '../../functions/aws/route-credentials.ts';
import { readConfig } from '../../functions/core/config.ts';
import { RelayError } from '../../functions/core/errors.ts';
import { SETTINGS_FILE } from '../../functions/core/settings.ts';
import { largeSlots } from '../../functions/delivery/large-slots.ts';
import type { Invocation } from '../../functions/invocation/invocation.ts';
import { EmbeddedMetrics } from '../../functions/reporting/metrics.ts';
import { silentS3 } from '../../local/aws-clients.ts';
import { lambdaKeys } from './sessions.ts';
import { ACCOUNT_A, REGION, RELAY_ROLE_ARN, type TwoAccounts } from './two-accounts.ts';

export interface InProcessRelay {
  invocation: Invocation;
  reader: S3Client;
  writer: S3Client;
  /** Ends the invocation's time, as its deadline would. */
  runOutOfTime(): void;
}

/** The relay's own code in this process, with the relay's role and the real SDK, so that a test can step between two requests. */
export function inProcessRelay(world: TwoAccounts, remainingMs = 900_000): InProcessRelay {
  const config = readConfig(environmentOf(world), settingsOf(world));
  const { s3: reader, sqs, sts, dynamodb, eventBridge, lambda } = world.as(lambdaKeys(world, RELAY_ROLE_ARN));
  const credentials = writerCredentials(sts, config.routes[0]!);
  const writer = silentS3(world.cloud, { region: REGION, credentials });
  for (const plugin of [errorsIn200, rawExpires]) writer.middlewareStack.use(plugin);
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const reading = { s3: reader, owner: ACCOUNT_A, readsVersions: true };
  const acting = { reader: () => reading, sqs, dynamodb, eventBridge, lambda };
  const clients = { ...acting, writer: () => writer, forgetSessions: () => undefined };
  const now = () => new Date();
  const controller = new AbortController();
  const outOfTime = new RelayError({ code: 'OutOfTime', message: 'the test says so', retryable: true });
  return {
    invocation: {
      config,
      clients,
      logger: silent,
      metrics: new EmbeddedMetrics(config),
      slots: largeSlots({ clients, config, now }),
      now,
      sleep,
      remainingMs: () => remainingMs,
      grantedMs: 900_000,
      underWay: new Map(),
      signal: controller.signal,
      recordingSignal: new AbortController().signal,
      reports: [],
    },
    reader,
    writer,
    runOutOfTime: () => controller.abort(outOfTime),
  };
}

/** What the stack's outputs say of the function's variables. */
function environmentOf(world: TwoAccounts): Record<string, string> {
  const outputs = world.cloud.outputs('upload-relay-source');
  return {
    QUEUE_URL: outputs['QueueUrl']!,
    DEAD_LETTER_QUEUE_URL: outputs['DeadLetterQueueUrl']!,
    LEDGER_TABLE: outputs['LedgerTableName']!,
    RELAY_ROLE_ID: 'AROAINPROCESS',
  };
}

/** What the deployed relay is told of cdk.json. */
function settingsOf({ cloud }: TwoAccounts): string {
  const relay = { account: ACCOUNT_A, region: REGION, name: 'upload-relay', qualifier: undefined };
  const { taskRoot } = cloud.lambda.functions.target(relay).function;
  return readFileSync(join(taskRoot, SETTINGS_FILE), 'utf8');
}

/** Runs `step` just before the client sends its nth request of that kind, for every n that is asked for. */
export function justBefore(
  client: Pick<S3Client, 'middlewareStack'> | Pick<DynamoDBClient, 'middlewareStack'>,
  command: string,
  when: (nth: number) => boolean,
  step: (nth: number) => Promise<unknown>,
): void {
  let calls = 0;
  (client as S3Client).middlewareStack.add(
    (next, context) => async (args) => {
      if (context['commandName'] === `${command}Command` && when(++calls)) await step(calls);
      return next(args);
    },
    { step: 'initialize', name: `before-${command}` },
  );
}

/** Runs `step` just before the client sends its first request of that kind. */
export function justBeforeFirst(
  client: Parameters<typeof justBefore>[0],
  command: string,
  step: () => Promise<unknown>,
): void {
  justBefore(client, command, (nth) => nth === 1, step);
}
