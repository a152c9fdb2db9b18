/** The commands and links that stand in the documentation, each with what the page says of it. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anchorOf } from '../../support/anchor.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';

export interface Block {
  /** `README.md`, `docs/…` */
  page: string;
  /** Of its first command. */
  line: number;
  commands: string[];
  /** Whether the page says that it needs AWS. */
  needsAws: boolean;
}

const FENCE = /^( *)```(\w*)$/;
const SHELLS = ['sh', 'bash', 'shell', 'console'];
/** These deploy, into accounts that are empty at first. */
const DEPLOYS = /^(npx cdk|aws cloudformation) /;
/** In the paragraph before the block; or for all that follows in its section. */
const MARK = /\*\([^)]*\bneeds AWS\b[^)]*\)\*/;
const MARK_OF_SECTION = /\*\(all of this needs AWS\)\*/;

/** README, CONTRIBUTING and everything in docs/. */
export function pages(): string[] {
  const docs = readdirSync(join(REPOSITORY, 'docs'), { recursive: true }) as string[];
  const inDocs = docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
  return ['README.md', 'CONTRIBUTING.md', ...inDocs.toSorted()];
}

/** Those, and every other page that people read in this repository. */
export function allPages(): string[] {
  const found = globSync('**/*.md', {
    cwd: REPOSITORY,
    exclude: (path) => /(^|\/)(node_modules|cdk\.out|\.local)$/.test(path),
  });
  return [...found, ...globSync('.github/**/*.md', { cwd: REPOSITORY })].toSorted();
}

/** Links of a page into this repository that lead nowhere: there is no such file, or no such heading. */
export function brokenLinks(page: string, text = readFileSync(join(REPOSITORY, page), 'utf8')): string[] {
  return linksIn(text).filter((link) => {
    const [path, anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path!);
    if (!existsSync(join(REPOSITORY, target))) return true;
    if (anchor === undefined || !target.endsWith('.md')) return false;
    const headings = path === '' ? text : readFileSync(join(REPOSITORY, target), 'utf8');
    return !anchorsIn(headings).has(anchor);
  });
}

/** Relative ones. */
export function linksIn(text: string): string[] {
  const links = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

function anchorsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!)));
}

export function blocksOf(page: string): Block[] {
  return blocksIn(page, readFileSync(join(REPOSITORY, page), 'utf8'));
}

export function blocksIn(page: string, text: string): Block[] {
  const blocks: Block[] = [];
  let before = '';
  let section = '';
  let open: { indent: string; language: string; lines: string[]; line: number } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent, language] = FENCE.exec(line) ?? [];
    if (open && line.trim() === '```') {
      if (SHELLS.includes(open.language)) {
        const needsAws = MARK.test(before) || MARK_OF_SECTION.test(section);
        blocks.push({ page, line: open.line, commands: commandsOf(open.lines), needsAws });
      }
      open = undefined;
      before = '';
    } else if (open) {
      open.lines.push(line.slice(open.indent.length));
    } else if (language !== undefined) {
      open = { indent: indent!, language, lines: [], line: index + 2 };
    } else if (line.startsWith('#')) {
      before = section = '';
    } else {
      before += `${line} `;
      section += `${line} `;
    }
  }
  return blocks;
}

/** A line each, but for those that go on: after a backslash or a pipe, within quotes, or to the end of a function. */
function commandsOf(lines: string[]): string[] {
  const commands: string[] = [];
  let begun = '';
  for (const line of lines) {
    begun += begun === '' ? line : `\n${line}`;
    if (/[\\|]$/.test(line) || isWithinQuotes(begun) || isWithinFunction(begun)) continue;
    if (begun.trim() !== '') commands.push(begun);
    begun = '';
  }
  return begun === '' ? commands : [...commands, begun];
}

function isWithinFunction(text: string): boolean {
  return /^\w+\(\) [{(]/.test(text) && !/(^|; )[})]$/m.test(text);
}

function isWithinQuotes(text: string): boolean {
  let quote = '';
  // A comment may have an apostrophe.
  for (const character of text.replace(/(^|\s)#.*$/gm, '')) {
    if (character === quote) quote = '';
    else if (quote === '' && (character === "'" || character === '"')) quote = character;
  }
  return quote !== '';
}

/** Whether it is typed beside `npm start -- --empty`. */
export function deploys({ commands }: Block): boolean {
  return commands.some((command) => DEPLOYS.test(command));
}
