/** The environment and the settings of the relay function, with nothing special about them. */
import { aRoute } from './relay.ts';

export const ENVIRONMENT = {
  QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111111111111/queue',
  LEDGER_TABLE: 'ledger',
  RELAY_ROLE_ID: 'AROARELAY',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/111111111111/dead',
};
export const SETTINGS = {
  name: 'upload-relay',
  sourceBucket: 'source',
  sourceAccount: '111111111111',
  routes: [aRoute()],
  events: 'failures',
  objectiveSeconds: 300,
  maxReceives: 5,
  retryDelaySeconds: 30,
  awaitRoleHours: 72,
  latePutSeconds: 120,
  lateCompleteSeconds: 900,
  largeObjectBytes: 5_368_709_120,
  largeSlots: 2,
  largeWorkers: 16,
  largeFunction: 'arn:aws:lambda:us-east-1:111111111111:function:large:live',
  partFunction: 'arn:aws:lambda:us-east-1:111111111111:function:part',
};
