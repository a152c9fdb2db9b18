/** The help of `npm run try` and of each verb, made of what the verbs say of themselves. */
import { nameOf } from '../../cli/verb.ts';
import type { Verb } from './verb.ts';

const COMMAND = 'npm run try --';
const LEAST_OPTION_WIDTH = 22;

export function helpOf(verbs: readonly Verb[]): string {
  const width = Math.max(...verbs.map((verb) => shortSynopsisOf(verb).length));
  const rows = verbs.map((verb) => `  ${shortSynopsisOf(verb).padEnd(width)}  ${verb.summary}`);
  return `Does something with the two accounts that npm start keeps up in another terminal.

  ${COMMAND} VERB

${rows.join('\n')}

  --json      prints one JSON value, or a line for each where it goes on for a while; nothing else
  --port N    of which npm start, where several are up in this folder
  -h, --help  after a verb: what that one does, fails at and prints

Ends with 0 if all is as it should be, with 1 if something failed or isn't there, with 2 for a mistake or if
nothing is up, with 3 if some of a folder was left out, and with 130 after Ctrl-C.
`;
}

/** The help that the arguments ask for. */
export function helpFor(verbs: readonly Verb[], args: readonly string[]): string {
  const verb = verbIn(verbs, args);
  return verb ? helpOfVerb(verb) : helpOf(verbs);
}

function helpOfVerb(verb: Verb): string {
  const { summary, more, options = {}, json = 'the same' } = verb;
  const width = Math.max(LEAST_OPTION_WIDTH, ...Object.values(options).map(({ usage }) => usage.length + 2));
  const rowOf = (usage: string, what: string) =>
    `  ${usage.padEnd(width)}${what.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`;
  const optionRows = Object.values(options).map(({ usage, summary: what }) => rowOf(usage, what));
  return `  ${COMMAND} ${synopsisOf(verb)}

${summary[0]!.toUpperCase()}${summary.slice(1)}.
${more === undefined ? '' : `${more}\n`}
${[...optionRows, rowOf('--json', `prints ${json}`)].join('\n')}
`;
}

/** The verb that the arguments begin with. */
export function verbIn(verbs: readonly Verb[], [name]: readonly string[]): Verb | undefined {
  return verbs.find((verb) => nameOf(verb) === name);
}

/** The overview names an option that is the only one. */
function shortSynopsisOf(verb: Verb): string {
  return Object.keys(verb.options ?? {}).length > 1 ? `${verb.usage} [OPTIONS]` : synopsisOf(verb);
}

function synopsisOf({ usage, options = {} }: Verb): string {
  return [usage, ...Object.values(options).map((option) => `[${option.usage}]`)].join(' ');
}
