/** Reads docs/by-hand.md: which templates each way is set up from, whose keys it needs, and what is typed then. */
import { readFileSync } from 'node:fs';

export interface Way {
  title: string;
  /** From templates, in this order. */
  setUp: ({ deploy: string; profile: string } | { keysOf: string })[];
  /** For the AWS CLI's configuration. */
  settings: string;
  /** The commands that use it, as they stand on the page. */
  used: string[];
}

const PAGE = readFileSync(new URL('../../docs/by-hand.md', import.meta.url), 'utf8');

/** The ways by their numbers, from 1 on. */
export function waysByHand(): Way[] {
  return [...PAGE.matchAll(/^## (\d\. .*)$/gm)].map(([heading, title]) => {
    const section = partOf(PAGE, heading)!;
    const used = partOf(section, '### Used');
    return {
      title: title!,
      setUp: blocksIn(partOf(section, '### As templates'), 'bash').flatMap((block) => block.split('\n').map(stepOf)),
      settings: blocksIn(used, 'ini').join('\n'),
      used: blocksIn(used, 'bash'),
    };
  });
}

/** The text below a heading, up to the next one of its level. */
export function partOf(text: string, heading: string): string {
  const level = heading.split(' ')[0]!;
  const [, part] = text.split(`${heading}\n`);
  return part!.split(new RegExp(`^#{2,${level.length}} `, 'm'))[0]!;
}

/** Both are functions of the shell that the page makes at its beginning. */
function stepOf(line: string): Way['setUp'][number] {
  const [name, first = '', second = ''] = line.split(' ');
  if (name === 'deploy') return { deploy: first, profile: second };
  if (name === 'keys') return { keysOf: first };
  throw new Error(`docs/by-hand.md sets a way up by "${line}", which is not known here`);
}

function blocksIn(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\`$`, 'gm'))].map(([, block]) => block!);
}
