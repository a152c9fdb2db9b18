/** What replay is told where nothing of AWS is real. */
import type { ReplayConfig } from '../../functions/core/config.ts';

const DESTINATION = { account: '222222222222', bucket: 'destination', prefix: 'in/' };
export const ALL = { filter: { prefix: '', suffix: '' }, createOnly: false, destination: DESTINATION };

export const REPLAY_CONFIG: ReplayConfig = {
  name: 'upload-relay',
  sourceBucket: 'uploads',
  sourceAccount: '111111111111',
  routes: [{ name: 'main', ...ALL }],
  queueUrl: 'queue',
  queueArn: 'queue-arn',
  deadLetterQueueArn: 'dead-letter-queue-arn',
  ledgerTable: 'ledger',
  retryDelaySeconds: 1,
  audit: { bucket: 'reports', prefix: 'audit/' },
  reconciliation: { missingAfterSeconds: 3600 },
  replayFunction: 'replay:live',
  relay: {
    concurrency: 20,
    memoryMiB: 384,
    largeObjectBytes: 5 * 1024 ** 3,
    largeSlots: 2,
    largeWorkers: 16,
    events: 'failures',
  },
};
