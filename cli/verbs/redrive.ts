/** `redrive`: sends what lies in the dead-letter queue back to the relay, and waits for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedriveSummary } from '../../functions/replay/redrive.ts';
import { haveReplay } from '../durable.ts';
import { countsOf, sumOf } from '../queues.ts';
import type { Relay } from '../relay.ts';
import { printableJson } from '../terminal/printable.ts';
import type { Verb } from '../verb.ts';

const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 60_000;

export const redrive: Verb = {
  usage: 'redrive',
  summary: 'sends the dead letters back to the relay, and waits for it',
  more: `Fails if anything is in either queue after that, or after ${PATIENCE_MS / 1000} s: retries may take longer.`,
  json: 'replay\'s answer of a redrive, with what is left: {…,"moved","left":{"queue","deadLetters"}}',
  async act(attempt) {
    const { relay, command, tell } = attempt;
    const event = { from: 'dead-letter-queue' };
    // Without a way to detach it is always waited for.
    const answer = (await haveReplay<RedriveSummary>(attempt, event, 'The redrive'))!;
    const left = await leftAfter(relay);
    const { queue, deadLetters } = left;
    const sentence = [
      ...(queue > 0 ? [`${queue} still in the queue: they are tried again later.`] : []),
      ...(deadLetters > 0 ? [`${deadLetters} in the dead-letter queue again: ${command} dead-letters`] : []),
    ];
    tell({ ...answer, left }, [printableJson(answer), ...sentence].join('\n'));
    return answer.status === 'COMPLETED' && queue === 0 && deadLetters === 0;
  },
};

/** Waits until the relay's queue is empty, as long as its patience lasts. */
async function leftAfter(relay: Relay): Promise<{ queue: number; deadLetters: number }> {
  const { names } = relay;
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const queue = sumOf(await countsOf(relay, names.queue));
    if (queue === 0 || Date.now() > deadline) {
      return { queue, deadLetters: sumOf(await countsOf(relay, names.deadLetterQueue)) };
    }
    await sleep(LOOK_EVERY_MS);
  }
}
