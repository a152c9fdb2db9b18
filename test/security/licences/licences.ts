/** Reads from the lockfile, which knows every package for every platform, under which licence each of them comes. */
import { readFileSync } from 'node:fs';

export interface Package {
  name: string;
  version: string;
  /** As the package says it: an SPDX expression. */
  licence: string;
  /** Whether it may end up in a function's bundle; the others serve development only. */
  ships: boolean;
}

interface LockedPackage {
  version: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  /** A workspace of this repository. */
  link?: boolean;
}

export const LICENCES_PAGE = new URL('../../../docs/licences.md', import.meta.url);

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

export function lockedPackages(): Package[] {
  const lockfile = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = Object.entries(lockfile.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);
  const packages = found.map(([path, { version, license, dev, optional }]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version,
    licence: license ?? 'none',
    ships: dev !== true && optional !== true,
  }));
  const unique = new Map(packages.map((each) => [`${each.name} ${each.version} ${each.ships}`, each]));
  return [...unique.values()].toSorted((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
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
  const shipping = packages.filter(({ ships }) => ships);
  const others = packages.filter(({ ships }) => !ships);
  return [
    '# Licences of all dependencies',
    '',
    'Written by `npm run licences` from the lockfile; a test compares. All are permissive, but for:',
    '',
    ...EXCEPTIONS.map(({ name, licence, reason }) => `- ${name} (${licence}), not permissive: ${reason}`),
    '',
    '## What may be in a function’s bundle',
    '',
    ...byLicence(shipping),
    '',
    '## What serves development only',
    '',
    ...byLicence(others),
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
