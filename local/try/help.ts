/** The help of `npm run try` and of each verb, made of what the verbs say of themselves. */
import { nameOf, type Verb } from './verb.ts';

const COMMAND = 'npm run try --';
const OPTION_WIDTH = 22;

export function helpOf(verbs: readonly Verb[]): string {
  const width = Math.max(...verbs.map((verb) => synopsisOf(verb).length));
  const rows = verbs.map((verb) => `  ${COMMAND} ${synopsisOf(verb).padEnd(width)}  ${verb.summary}`);
  return `Does something with the two accounts that npm start keeps up in another terminal.

${rows.join('\n')}

  --json      prints one JSON value, or a line for each where it goes on for a while; nothing else
  --port N    of which npm start, where several are up in this folder
  -h, --help  after a verb: what that one does, fails at and prints

Ends with 0 if all is as it should be, with 1 if something failed or isn't there, with 2 for a mistake or if nothing is up, and with
130 after Ctrl-C.
`;
}

/** The help that the arguments ask for. */
export function helpFor(verbs: readonly Verb[], args: readonly string[]): string {
  const verb = verbIn(verbs, args);
  return verb ? helpOfVerb(verb) : helpOf(verbs);
}

function helpOfVerb(verb: Verb): string {
  const { summary, more, options = {}, json } = verb;
  const optionRows = Object.values(options).map(({ usage, summary: what }) => `  ${usage.padEnd(OPTION_WIDTH)}${what}`);
  return `  ${COMMAND} ${synopsisOf(verb)}

${summary[0]!.toUpperCase()}${summary.slice(1)}.
${more === undefined ? '' : `${more}\n`}
${[...optionRows, `  ${'--json'.padEnd(OPTION_WIDTH)}prints ${json.replaceAll('\n', `\n${' '.repeat(OPTION_WIDTH + 2)}`)}`].join('\n')}
`;
}

/** The verb that the arguments begin with. */
export function verbIn(verbs: readonly Verb[], [name]: readonly string[]): Verb | undefined {
  return verbs.find((verb) => nameOf(verb) === name);
}

function synopsisOf({ usage, options = {} }: Verb): string {
  return [usage, ...Object.values(options).map((option) => `[${option.usage}]`)].join(' ');
}
