/** `template destination|reader`: what the other account deploys without the CDK. */
import destination from '../../infra/templates/upload-relay-destination.template.json' with { type: 'json' };
import reader from '../../infra/templates/upload-relay-reader.template.json' with { type: 'json' };
import { writeText } from '../output.ts';
import type { Attempt, Verb } from '../verb.ts';

const TEMPLATES: Record<string, object> = { destination, reader };

export const template: Verb<Attempt> = {
  usage: 'template SIDE',
  summary: "the CloudFormation template of the other account's side",
  more: `SIDE is destination, for account B; or reader, for an account whose bucket is pulled from. Its parameters are described in it.`,
  json: 'the same in one line',
  options: {
    output: { type: 'string', usage: '--output FILE', summary: 'into this file' },
    force: { type: 'boolean', usage: '--force', summary: 'also if it is there' },
  },
  words: {
    least: 1,
    most: 1,
    missing: 'Of which side?',
    example: 'destination',
    choices: Object.keys(TEMPLATES),
  },
  examples: [
    ['template destination --output destination.json', 'for aws cloudformation deploy, the console or a StackSet'],
  ],
  async act({ words, options, tell, warn }) {
    const value = TEMPLATES[words[0]!]!;
    const text = JSON.stringify(value, undefined, 2);
    const file = options['output'] as string | undefined;
    if (file === undefined) tell(value, text);
    else {
      writeText({ file, force: options['force'] === true }, `${text}\n`);
      warn(`Written: ${file}`);
    }
    return true;
  },
};
