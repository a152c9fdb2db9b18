/** The licences of other people's code that a bundle contains: each asks that its text goes along. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './repository.ts';

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const TEXTS = /^(licen[cs]e|notice|copying)\b/i;
const RULE = `\n\n${'-'.repeat(80)}\n\n`;

interface Manifest {
  name: string;
  version: string;
  license: string;
}

/** Packages with equal texts share them. @param inputs files that were bundled, relative to the repository */
export function notices(inputs: readonly string[]): string {
  const packages = foldersOf(inputs).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    return { title: `${name} ${version} (${license})`, text: textsOf(folder).join('\n\n') };
  });
  const groups = [...Map.groupBy(packages, ({ text }) => text)];
  const sections = groups.map(([text, members]) => [...members.map(({ title }) => title), '', text].join('\n').trim());
  return `The files beside this one contain code of these packages.${RULE}${sections.join(RULE)}\n`;
}

/** Of packages, once each, by name. */
export function foldersOf(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap((input) => PACKAGE.exec(input)?.[0] ?? []);
  return [...new Set(folders)].sort().map((folder) => join(REPOSITORY, folder));
}

function textsOf(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => TEXTS.test(name));
  return names.sort().map((name) => readFileSync(join(folder, name), 'utf8').trim());
}
