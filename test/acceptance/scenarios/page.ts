/** Reads docs/by-hand.md: how each way is set up, by typing or from templates, its settings, and how it is used. */
import { readFileSync } from 'node:fs';
import { partOf } from '../../../local/try/by-hand-page.ts';
import { type Command, commandOf } from '../../support/terminal.ts';
import { blocksIn } from '../docs/pages.ts';

export interface Way {
  title: string;
  typed: Command[];
  templates: Command[];
  /** What is used: for each block its settings, for AWS_CONFIG_FILE, and its commands. */
  used: { settings: string; commands: Command[] }[];
}

const PAGE = 'docs/by-hand.md';
const TEXT = readFileSync(new URL('../../../docs/by-hand.md', import.meta.url), 'utf8');

/** What a terminal begins with. */
export const BEFORE: Command[] = commandsIn(partOf(TEXT, '## Before the first')!);

export const WAYS: Way[] = [...TEXT.matchAll(/^## (\d\. .*)$/gm)].map(([heading, title]) => {
  const section = partOf(TEXT, heading)!;
  return {
    title: title!,
    typed: commandsIn(partOf(section, '### Typed')),
    templates: commandsIn(partOf(section, '### As templates')),
    used: usesIn(partOf(section, '### Used')),
  };
});

function commandsIn(text: string): Command[] {
  return blocksIn(PAGE, text).flatMap(({ commands }) => commands.map(commandOf));
}

/** The settings before a block of commands are there for it. */
function usesIn(text: string): Way['used'] {
  const uses: Way['used'] = [];
  let settings = '';
  for (const [block, language, content] of text.matchAll(/^```(ini|bash)\n([\s\S]*?)\n```$/gm)) {
    if (language === 'ini') settings = content!;
    else uses.push({ settings, commands: commandsIn(block) });
    if (language === 'bash') settings = '';
  }
  return uses;
}
