/** Reads docs/by-hand.md: its settings, and its commands with what each is said to answer. */
import { readFileSync } from 'node:fs';
import { type Command, commandOf } from '../../support/terminal.ts';

export interface Section {
  title: string;
  /** Everything for `~/.aws/config`. */
  config: string;
  /** A new terminal for each block; within one, a new act after each `# … later`. */
  terminals: Command[][][];
}

const PAGE = new URL('../../../docs/by-hand.md', import.meta.url);

/** @throws Error for a section that isn't there */
export function sectionOf(number: number): Section {
  const [, title, text] = new RegExp(`^## (${number}\\. .*)$([^]*?)(?=^## |(?![^]))`, 'm').exec(
    readFileSync(PAGE, 'utf8'),
  )!;
  const blocks = (language: string) =>
    [...text!.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, 'gm'))].map(([, block]) => block!);
  return { title: title!, config: blocks('ini').join('\n\n'), terminals: blocks('bash').map(actsOf) };
}

function actsOf(block: string): Command[][] {
  const acts = block.split(/^# .* later$/m);
  return acts.map((act) => act.trim().split('\n').map(commandOf));
}
