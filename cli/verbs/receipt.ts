/** `receipt KEY`: what the ledger knows of a key. */
import { MAX_KEY_BYTES } from '../../functions/core/route.ts';
import { readReceipt } from '../ledger.ts';
import { routesNamed } from '../relay.ts';
import { printable, printableJson } from '../terminal/printable.ts';
import { UserError } from '../terminal/user-error.ts';
import type { Verb } from '../verb.ts';

export const receipt: Verb = {
  usage: 'receipt KEY',
  summary: 'what was read, written and proved',
  more: 'Shows the last receipt of the key along each route. Fails if there is none along one of them.',
  json: 'a receipt for each route, as docs/tour.md#receipts has it; nothing for a route without one',
  options: { route: { type: 'string', usage: '--route NAME', summary: 'only along this route' } },
  words: { least: 1, most: 1, missing: 'Of which key?', example: 'README.md' },
  examples: [['receipt invoices/2026-01.pdf', 'the receipts of this key']],
  async act({ relay, words, options, tell, warn }) {
    const key = words[0]!;
    const bytes = Buffer.byteLength(key);
    if (bytes === 0 || bytes > MAX_KEY_BYTES) {
      throw new UserError(`KEY has ${bytes} bytes: it must have from 1 to ${MAX_KEY_BYTES}.`);
    }
    const { routes } = await relay.told();
    let isThere = true;
    for (const { name } of routesNamed(routes, options['route'] as string | undefined)) {
      const found = await readReceipt(relay, name, key);
      if (found) tell(found, printableJson(found));
      else {
        isThere = false;
        warn(
          `There is no receipt of ${printable(key)} on route ${name}: nothing was dropped under this key, so that it may be mistyped; or it is still on its way.`,
        );
      }
    }
    return isThere;
  },
};
