/** `npm run try -- receipt`: what the ledger knows of a key. */

import { printable } from '../../../cli/terminal/printable.ts';
import { UserError } from '../../../cli/terminal/user-error.ts';
import { MAX_KEY_BYTES } from '../../../functions/core/route.ts';
import { readReceipt } from '../ledger.ts';
import type { Verb } from '../verb.ts';
import { routesNamed } from '../world.ts';

export const receipt: Verb = {
  usage: 'receipt KEY',
  summary: 'what was read, written and proved',
  more: 'Shows the last receipt of the key along each route. Fails if there is none along one of them.',
  json: 'a receipt for each route, as docs/tour.md#receipts has it; nothing for a route without one',
  options: { route: { type: 'string', usage: '--route NAME', summary: 'only along this route' } },
  words: { least: 1, most: 1, missing: 'Of which key? For example: npm run try -- receipt README.md' },
  async act({ world, words, options, tell, warn }) {
    const key = words[0]!;
    const bytes = Buffer.byteLength(key);
    if (bytes === 0 || bytes > MAX_KEY_BYTES) {
      throw new UserError(`KEY has ${bytes} bytes: it must have from 1 to ${MAX_KEY_BYTES}.`);
    }
    let isThere = true;
    for (const { name } of routesNamed(world, options['route'] as string | undefined)) {
      const found = await readReceipt(world, name, key);
      if (found) tell(found, JSON.stringify(found, undefined, 2));
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
