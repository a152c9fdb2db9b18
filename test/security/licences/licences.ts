/** Reads from the lockfile, which knows every package for every platform, under which licence each of them comes. */
import { globSync, readFileSync } from 'node:fs';

export interface Package {
  name: string;
  version: string;
  /** As the package says it: an SPDX expression. */
  licence: string;
  /** Whether it may end up in a function's bundle. */
  bundled: boolean;
  /** Whether npm brings it along with the package `upload-relay`. What is neither serves development only. */
  installed: boolean;
}

interface LockedPackage {
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
  dev?: boolean;
  optional?: boolean;
  /** A workspace of this repository. */
  link?: boolean;
}

const REPOSITORY = new URL('../../../', import.meta.url);
export const LICENCES_PAGE = new URL('docs/licences.md', REPOSITORY);

/** They ask for a notice at most. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
]);

/** What isn't permissive and is used all the same, in development only; by the start of the package's name. */
export const EXCEPTIONS: { name: string; licence: string; reason: string }[] = [
  {
    name: 'lightningcss',
    licence: 'MPL-2.0',
    reason: 'vite, on which vitest stands, asks for it. Its files are used unchanged, for tests only, and never ship.',
  },
];

const NODE_MODULES = 'node_modules/';

type Locked = Record<string, LockedPackage>;

export function lockedPackages(): Package[] {
  const { packages: all } = JSON.parse(readFileSync(new URL('package-lock.json', REPOSITORY), 'utf8')) as {
    packages: Locked;
  };
  const bundled = closure(all, importsOfFunctions());
  const found = Object.entries(all).filter(([path, { link }]) => path.includes(NODE_MODULES) && !link);
  const packages = found.map(([path, { version, license, dev, optional }]) => ({
    name: path.slice(path.lastIndexOf(NODE_MODULES) + NODE_MODULES.length),
    version,
    licence: license ?? 'none',
    bundled: bundled.has(path),
    installed: dev !== true && optional !== true,
  }));
  const unique = new Map(packages.map((each) => [JSON.stringify(each), each]));
  return [...unique.values()].toSorted((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** Names of packages. */
function importsOfFunctions(): string[] {
  const folder = new URL('functions/', REPOSITORY);
  const sources = globSync('**/*.ts', { cwd: folder }).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  return sources.flatMap((source) =>
    [...source.matchAll(/ from '((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^']*)?';$/gm)].map(([, name]) => name!),
  );
}

/** Paths in the lockfile of packages and of all that they depend on. */
function closure(all: Locked, names: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const reach = (name: string, from: string) => {
    const path = installedFor(all, name, from);
    if (path === undefined || reached.has(path)) return;
    reached.add(path);
    for (const each of Object.keys(all[path]!.dependencies ?? {})) reach(each, path);
  };
  for (const name of names) reach(name, '');
  return reached;
}

/** As Node looks for it: in the folder of who imports it, or in one around. */
function installedFor(all: Locked, name: string, from: string): string | undefined {
  const path = `${from === '' ? '' : `${from}/`}${NODE_MODULES}${name}`;
  if (path in all) return path;
  return from === ''
    ? undefined
    : installedFor(all, name, from.slice(0, Math.max(0, from.lastIndexOf(`/${NODE_MODULES}`))));
}

/** Of a choice, one permissive licence is enough; of a sum, all must be. */
export function isPermissive(licence: string): boolean {
  const choices = licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((name) => PERMISSIVE.has(name.trim())));
}

export function exceptionFor({ name, licence }: Package): string | undefined {
  return EXCEPTIONS.find((exception) => name.startsWith(exception.name) && licence === exception.licence)?.reason;
}

export function licencesPage(packages: readonly Package[]): string {
  return [
    '# Licences of all dependencies',
    '',
    'Written by `npm run licences` from the lockfile; a test compares. All are permissive, but for:',
    '',
    ...EXCEPTIONS.map(({ name, licence, reason }) => `- ${name} (${licence}), not permissive: ${reason}`),
    '',
    '## What may be in a function’s bundle',
    '',
    ...byLicence(packages.filter(({ bundled }) => bundled)),
    '',
    '## What npm installs with the package `upload-relay`',
    '',
    ...byLicence(packages.filter(({ installed }) => installed)),
    '',
    '## What serves development only',
    '',
    ...byLicence(packages.filter(({ bundled, installed }) => !bundled && !installed)),
    '',
  ].join('\n');
}

function byLicence(packages: readonly Package[]): string[] {
  const groups = [...Map.groupBy(packages, ({ licence }) => licence)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return groups.flatMap(([licence, members], index) => [
    ...(index === 0 ? [] : ['']),
    `**${licence}** (${members.length}): ${members.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
  ]);
}
