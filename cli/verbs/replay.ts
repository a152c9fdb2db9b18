/** `replay`: sends what is missing to the relay, or says what that would be. */
import type { ReplaySummary } from '../../functions/replay/replay-objects.ts';
import { DETACH, haveReplay } from '../durable.ts';
import { replayEvent, SCOPE } from '../replay-options.ts';
import { printableJson } from '../terminal/printable.ts';
import type { Verb } from '../verb.ts';

export const replay: Verb = {
  usage: 'replay',
  summary: 'sends what has no receipt to the relay',
  more: 'Lists the source, compares it with the ledger, and sends what is missing.',
  json: "replay's answer, as docs/replay.md has it",
  options: {
    'dry-run': { type: 'boolean', usage: '--dry-run', summary: 'only says what that would be' },
    ...SCOPE,
    only: {
      type: 'string',
      usage: '--only WHICH',
      summary: 'missing, unless given; or all, whether or not there is a receipt',
      choices: ['missing', 'all'],
    },
    'objects-per-second': { type: 'string', usage: '--objects-per-second N', summary: 'no more than so many' },
    reconcile: { type: 'boolean', usage: '--reconcile', summary: 'as the relay does it every day' },
    ...DETACH,
  },
  examples: [
    ['replay --dry-run', 'what has no receipt, and what it would cost'],
    ['replay --prefix invoices/ --since 2026-01-15', 'sends what is missing of it'],
  ],
  async act(attempt) {
    const answer = await haveReplay<ReplaySummary>(attempt, replayEvent(attempt.options), 'The replay');
    if (!answer) return true;
    attempt.tell(answer, printableJson(answer));
    if (answer.execution !== undefined) attempt.warn(`Another execution goes on: ${answer.execution}`);
    return true;
  },
};
