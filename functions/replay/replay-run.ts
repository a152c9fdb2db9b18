import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { ReplayClients } from '../aws/clients.ts';
import type { ReplayConfig } from '../core/config.ts';

/** What replay works with; made once per execution environment. */
export interface Replay {
  config: ReplayConfig;
  clients: ReplayClients;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  now: () => number;
}

/** One execution of replay, as seen from one of its invocations. */
export interface ReplayRun extends Replay {
  context: DurableContext;
}
