/** `init`: asks the few questions, and writes cdk.json or a snippet for a CDK app. */
import { checkedConfig } from '../configuration.ts';
import { answersOf } from '../init/answers.ts';
import { putRelay, requireRoom } from '../init/cdk-json.ts';
import { type Answers, configurationOf, QUESTIONS } from '../init/questions.ts';
import { snippetOf } from '../init/snippet.ts';
import { writeText } from '../output.ts';
import type { Attempt, Verb } from '../verb.ts';

const FILE = 'cdk.json';

export const init: Verb<Attempt> = {
  usage: 'init',
  summary: 'makes a configuration: cdk.json, or a snippet for a CDK app',
  more: 'Asks for what its options leave open, where there is a terminal. What the synth would refuse is refused here, in the same words.',
  json: 'the configuration',
  options: {
    ...Object.fromEntries(QUESTIONS.map(({ name, option }) => [name, option])),
    construct: { type: 'boolean', usage: '--construct', summary: 'a snippet of TypeScript instead of cdk.json' },
    output: { type: 'string', usage: '--output FILE', summary: `where to: ${FILE}, or standard output for a snippet` },
    yes: { type: 'boolean', usage: '--yes', summary: 'asks nothing: what is left open is as it is proposed' },
    force: { type: 'boolean', usage: '--force', summary: 'replaces what is there' },
  },
  examples: [
    ['init', 'asks everything, and writes cdk.json'],
    ['init --yes --source-account 111111111111 --destination-account 222222222222', 'asks nothing'],
  ],
  async act({ options, tell, warn }) {
    const { output, construct, yes, force } = options;
    const file = (output as string | undefined) ?? FILE;
    const mayReplace = force === true;
    if (construct !== true) requireRoom(file, mayReplace);
    const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
    const answers = await answersOf(options as Answers, { takesProposals: yes === true, isTerminal });
    const relay = configurationOf(answers);
    checkedConfig({ file, relay });
    if (construct !== true) {
      putRelay(file, relay);
      tell(
        relay,
        `Written: ${file}. Both accounts deploy from it; docs/configuration.md has whatever else it may say.`,
      );
    } else if (output === undefined) tell(relay, snippetOf(answers));
    else {
      writeText({ file, force: mayReplace }, snippetOf(answers));
      warn(`Written: ${file}`);
    }
    return true;
  },
};
