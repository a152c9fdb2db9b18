/** The pages of the API's documentation: api-documenter writes them, and each class or interface gets one page with all its members. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runQuietly } from '../child.ts';

/** Where the documentation begins. */
const FIRST = 'README.md';
const LINK = /\(\.\/([\w.-]+\.md)\)/g;

/** @returns texts by the name of their file */
export async function apiPages(model: string): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-api-pages-'));
  try {
    const [input, output] = [join(folder, 'model'), join(folder, 'pages')];
    await mkdir(input);
    // The documenter knows the standard's word for what the CDK calls `@default`.
    await writeFile(join(input, 'package.api.json'), model.replaceAll('@default\\n', '@defaultValue\\n'));
    const documenter = dirname(createRequire(import.meta.url).resolve('@microsoft/api-documenter/package.json'));
    const args = [join(documenter, 'bin/api-documenter'), 'markdown', '-i', input, '-o', output];
    await runQuietly(process.execPath, args, {});
    const names = (await readdir(output)).sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
    const texts = names.map(async (name) => [name, await readFile(join(output, name), 'utf8')] as const);
    return gathered(new Map(await Promise.all(texts)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Members move into the page of their class.
 * @param pages as api-documenter makes them: `package.md`, `package.class.md`, `package.class.member.md`
 */
export function gathered(pages: ReadonlyMap<string, string>): Map<string, string> {
  const moved = (name: string) => {
    const [, own, member] = name.replace(/\.md$/, '').split('.');
    if (own === undefined) return { page: FIRST, member };
    return { page: `${own}.md`, member };
  };
  const linked = (text: string) =>
    text.replace(LINK, (_, name: string) => {
      const { page, member } = moved(name);
      return `(./${page}${member === undefined ? '' : `#${anchorOf(titleOf(pages.get(name)!))}`})`;
    });
  const result = new Map<string, string>();
  for (const [name, text] of pages) {
    if (name === 'index.md') continue;
    const { page, member } = moved(name);
    const [head, body] = splitAt(text.replace('[Home](./index.md) &gt; ', '').trim(), /^## /m);
    const added = member === undefined ? `${head}${body}` : body.replace(/^#+ /gm, '##$&').replace('####', '###');
    result.set(page, `${result.has(page) ? `${result.get(page)}\n` : ''}${linked(added)}\n`);
  }
  return result;
}

/** A class comes before its members. */
function depth(name: string): number {
  return name.split('.').length;
}

function splitAt(text: string, pattern: RegExp): [string, string] {
  const index = text.search(pattern);
  return [text.slice(0, index), text.slice(index)];
}

function titleOf(text: string): string {
  return /^## (.*)$/m.exec(text)![1]!;
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
