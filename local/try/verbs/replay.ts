/** `npm run try -- replay` and `redrive`: sends what is missing, or what lies in the dead-letter queue, to the relay. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import { Failure, UserError } from '../../../cli/terminal/user-error.ts';
import type { RedriveSummary } from '../../../functions/replay/redrive.ts';
import type { ReplaySummary } from '../../../functions/replay/replay-objects.ts';
import { LIVE_ALIAS, relayNames } from '../../../infra/names.ts';
import { invoke } from '../invoke.ts';
import { queueUrl } from '../queues.ts';
import type { Verb } from '../verb.ts';
import type { World } from '../world.ts';

const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 60_000;
const COUNTS: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

export const replay: Verb = {
  usage: 'replay',
  summary: 'sends what has no receipt to the relay',
  more: 'Lists the source, compares it with the ledger, and sends what is missing.',
  json: "replay's answer, as docs/replay.md has it",
  options: { 'dry-run': { type: 'boolean', usage: '--dry-run', summary: 'only says what that would be' } },
  async act({ world, options, tell }) {
    const answer = await replayWith<ReplaySummary>(world, { dryRun: options['dry-run'] === true });
    tell(answer, JSON.stringify(answer, undefined, 2));
    return true;
  },
};

export const redrive: Verb = {
  usage: 'redrive',
  summary: 'sends the dead letters back to the relay, and waits for it',
  more: `Fails if anything is in either queue after that, or after ${PATIENCE_MS / 1000} s: retries may take longer.`,
  json: 'replay\'s answer of a redrive, with what is left: {…,"moved","left":{"queue","deadLetters"}}',
  async act({ world, tell }) {
    const answer = await replayWith<RedriveSummary>(world, { from: 'dead-letter-queue' });
    const left = await leftAfter(world);
    const { queue, deadLetters } = left;
    const sentence = [
      ...(queue > 0 ? [`${queue} still in the queue: they are tried again later.`] : []),
      ...(deadLetters > 0 ? [`${deadLetters} in the dead-letter queue again: npm run try -- dead-letters`] : []),
    ];
    tell({ ...answer, left }, [JSON.stringify(answer, undefined, 2), ...sentence].join('\n'));
    return answer.status === 'COMPLETED' && queue === 0 && deadLetters === 0;
  },
};

function replayWith<T>(world: World, event: object): Promise<T> {
  if (!world.config.relay.replay) {
    throw new UserError('There is no replay: field "relay.relay.replay" of cdk.json is false.');
  }
  return invoke<T>(world, `${relayNames(world.config).replayFunction}:${LIVE_ALIAS}`, event);
}

/** Waits until the relay's queue is empty, as long as its patience lasts. */
async function leftAfter(world: World): Promise<{ queue: number; deadLetters: number }> {
  const names = relayNames(world.config);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const queue = await messagesIn(world, names.queue);
    if (queue === 0 || Date.now() > deadline) {
      return { queue, deadLetters: await messagesIn(world, names.deadLetterQueue) };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function messagesIn(world: World, name: string): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: await queueUrl(world, name), AttributeNames: COUNTS });
  const { Attributes } = await world.a.sqs.send(command);
  if (!Attributes) throw new Failure(`The queue ${name} tells no numbers.`);
  return COUNTS.reduce((sum, count) => sum + Number(Attributes[count]), 0);
}
