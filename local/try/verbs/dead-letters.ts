/** `npm run try -- dead-letters`: what could not be relayed, and why. */

import { type DeadLetter, readDeadLetter } from '../../../cli/dead-letter.ts';
import { printable } from '../../../cli/terminal/printable.ts';
import { relayNames } from '../../../infra/names.ts';
import { peek } from '../queues.ts';
import type { Verb } from '../verb.ts';

export const deadLetters: Verb = {
  usage: 'dead-letters',
  summary: 'what could not be relayed, and why',
  more: 'Everything stays in the dead-letter queue.',
  json: 'one list of {"keys","routes","code","reason","at"}, with "about" where no key can be told',
  async act({ world, tell }) {
    const told = { sourceBucket: world.config.source.bucket, routes: world.routes };
    const messages = await peek(world, relayNames(world.config).deadLetterQueue);
    const letters = messages
      .map((message) => readDeadLetter(message, told))
      .sort((one, other) => (one.at ?? '').localeCompare(other.at ?? ''));
    tell(letters, letters.map(textOf).join('\n') || 'There are no dead letters.');
    return true;
  },
};

function textOf({ keys, routes, about, at, code, reason }: DeadLetter): string {
  const what = keys.join(', ') || `no key can be told: ${about}`;
  const facts = [...(at ? [at] : []), ...(routes.length > 0 ? [`route ${routes.join(', ')}`] : [])];
  return `${printable(what)}\n  ${facts.join(', ')}\n  ${code}: ${printable(reason)}`;
}
