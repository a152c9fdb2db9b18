/** `logs`: what the functions of the relay have written. */

import { type Entry, entryOf, textOf } from '../log-text.ts';
import { functionsOf, type LogLine, readLogs } from '../logs.ts';
import type { Relay } from '../relay.ts';
import { wholeNumber } from '../terminal/numbers.ts';
import { printable } from '../terminal/printable.ts';
import { didYouMean } from '../terminal/program.ts';
import { UserError } from '../terminal/user-error.ts';
import type { Attempt, Verb } from '../verb.ts';

const MINUTES = { least: 1, most: 1_000_000 };

/** @param recentMinutes of which it tells unless `--since` is given; everything without it */
export const logsSince = (recentMinutes?: number): Verb => ({
  usage: 'logs [FUNCTION]',
  summary: 'what the functions have written',
  more: `FUNCTION is relay, large, part, replay, check or canary. Metrics, and what Lambda writes about each invocation, are left out. With --follow it goes on until Ctrl-C,
exit code 130.`,
  json: 'a line each: {"at","function","level","message","facts"}; with --all {"at","function","text"}',
  options: {
    follow: { type: 'boolean', usage: '--follow', summary: 'goes on with what comes' },
    since: {
      type: 'string',
      usage: '--since MINUTES',
      summary: `only what is so old at most${recentMinutes === undefined ? '' : `, ${recentMinutes} unless given`}`,
    },
    all: { type: 'boolean', usage: '--all', summary: 'every line, as it stands' },
  },
  words: { least: 0, most: 1, missing: '' },
  async act({ relay, words: [name], options, tell }) {
    const { groups, only } = functionsNamed(relay, name);
    const given = options['since'] as string | undefined;
    const minutes = given === undefined ? recentMinutes : wholeNumber('--since', given, MINUTES);
    const since = minutes === undefined ? 0 : Date.now() - minutes * 60_000;
    const show = options['all'] === true ? showLine : showEntry;
    for await (const line of readLogs(relay, groups, { since, follows: options['follow'] === true })) {
      const entry = entryOf(line);
      if (only === undefined || (entry?.function ?? line.function) === only) show(line, entry, tell);
    }
    return true;
  },
});

/** In an account where the relay has been at work for months, everything would be too much. */
export const logs = logsSince(60);

type Show = (line: LogLine, entry: Entry | undefined, tell: Attempt['tell']) => void;

const showLine: Show = (line, _, tell) => tell(line, `${line.at} ${line.function}  ${printable(line.text)}`);

const showEntry: Show = (_, entry, tell) => {
  if (entry) tell(entry, textOf(entry));
};

/** By its short name, or its own. @throws UserError */
function functionsNamed(relay: Relay, given: string | undefined): { groups: string[]; only?: string } {
  const known = functionsOf(relay);
  if (given === undefined) return { groups: [...new Set([...known.values()].map(({ group }) => group))] };
  const [found] = [...known].filter(([short, { name }]) => given === short || given === name);
  if (found) return { groups: [found[1].group], only: found[1].name };
  const names = [...known.keys()];
  throw new UserError(
    `There is no function "${printable(given)}".${didYouMean(given, names)} There are: ${names.join(', ')}.`,
  );
}
