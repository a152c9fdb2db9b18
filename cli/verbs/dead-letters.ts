/** `dead-letters`: what could not be relayed, and why. */
import { type DeadLetter, readDeadLetter } from '../dead-letter.ts';
import { countsOf, peek } from '../queues.ts';
import { wholeNumber } from '../terminal/numbers.ts';
import { printable } from '../terminal/printable.ts';
import type { Verb } from '../verb.ts';

const SHOWN = 100;
/** SQS hides no more at once, and hidden ones can't be redriven. */
const MOST = 10_000;

export const deadLetters: Verb = {
  usage: 'dead-letters',
  summary: 'what could not be relayed, and why',
  more: 'Everything stays in the dead-letter queue. The oldest come first.',
  json: 'one list of {"keys","routes","code","reason","at"}, with "about" where no key can be told',
  options: { limit: { type: 'string', usage: '--limit N', summary: `so many at most, ${SHOWN} unless given` } },
  examples: [['dead-letters --limit 1000', 'up to a thousand of them']],
  async act({ relay, options, tell, warn }) {
    const limit = (options['limit'] as string | undefined) ?? String(SHOWN);
    const most = wholeNumber('--limit', limit, { least: 1, most: MOST });
    const { deadLetterQueue } = relay.names;
    const messages = await peek(relay, deadLetterQueue, most);
    const told = messages.length === 0 ? { sourceBucket: undefined, routes: [] } : await relay.told();
    const letters = messages
      .map((message) => readDeadLetter(message, told))
      .sort((one, other) => (one.at ?? '').localeCompare(other.at ?? ''));
    tell(letters, letters.map(textOf).join('\n') || 'There are no dead letters.');
    if (messages.length === most) {
      const { waiting } = await countsOf(relay, deadLetterQueue);
      if (waiting > most) warn(`These are ${most} of some ${waiting}: --limit N shows more.`);
    }
    return true;
  },
};

function textOf({ keys, routes, about, at, code, reason }: DeadLetter): string {
  const what = keys.join(', ') || `no key can be told: ${about}`;
  const facts = [...(at ? [at] : []), ...(routes.length > 0 ? [`route ${routes.join(', ')}`] : [])];
  return `${printable(what)}\n  ${printable(facts.join(', '))}\n  ${printable(`${code}: ${reason}`)}`;
}
