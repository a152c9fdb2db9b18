/** `watch`: what happens, as long as one looks. */
import { happeningOf, textOf } from '../happening.ts';
import { entryOf } from '../log-text.ts';
import { functionsOf, readLogs } from '../logs.ts';
import type { Verb } from '../verb.ts';

export const watch: Verb = {
  usage: 'watch',
  summary: 'what happens from now on: delivered, failed, tried again, waits, …',
  more: "It reads the functions' log. It goes on until Ctrl-C, exit code 130.",
  json: 'a line each: {"at","event","function","keys","route","code","reason","durationMs"}, each where it is known',
  async act({ relay, tell, warn }) {
    const groups = new Set([...functionsOf(relay).values()].map(({ group }) => group));
    warn('Watching, until Ctrl-C …');
    for await (const line of readLogs(relay, [...groups], { since: 0, follows: true, onlyNew: true })) {
      const entry = entryOf(line);
      if (!entry) continue;
      const happening = happeningOf(entry);
      tell(happening, textOf(happening));
    }
    return true;
  },
};
