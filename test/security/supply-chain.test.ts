import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const contributing = readFileSync(new URL('../../CONTRIBUTING.md', import.meta.url), 'utf8');
const { dependencies, devDependencies, allowScripts, workspaces } = read('package.json') as Record<
  string,
  Record<string, string>
> & { workspaces: string[] };
const ofWorkspaces = workspaces.map((folder) => {
  const own = read(`${folder}/package.json`) as Record<string, Record<string, string>>;
  return { ...own['devDependencies'], ...own['optionalDependencies'] };
});
const locked = Object.entries(
  read('package-lock.json').packages as Record<
    string,
    {
      integrity?: string;
      resolved?: string;
      inBundle?: boolean;
      dev?: boolean;
      hasInstallScript?: boolean;
      link?: boolean;
      engines?: { node?: string };
    }
  >,
).filter(([path, { link }]) => path !== '' && !link && !workspaces.includes(path));

test('every dependency is one exact version', () => {
  const all = [dependencies, devDependencies, ...ofWorkspaces];
  const versions = all.flatMap((each) => Object.values(each ?? {}));
  expect(versions.length).toBeGreaterThan(20);
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test('every package of the lockfile has its digest, and none an address to be fetched from instead', () => {
  expect(locked.filter(([, { integrity, inBundle }]) => !integrity && !inBundle).map(([path]) => path)).toEqual([]);
  expect(locked.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
});

test('no dependency runs a script when it is installed: npm is told so of each that has one', () => {
  const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript);
  expect(scripted.filter(([, { dev }]) => !dev).map(([path]) => path)).toEqual([]);
  const refused = Object.fromEntries(scripted.map(([path]) => [path.replace(/^.*node_modules\//, ''), false]));
  expect(allowScripts).toEqual(refused);
});

test('CONTRIBUTING.md names each package of which npm warns on Node 20, and no other', () => {
  const refusesNode20 = ({ engines }: { engines?: { node?: string } }) =>
    !(engines?.node ?? '*').split('||').some((range) => /^(\*|>=? ?(\d|1\d|20)\b|\^?20\b)/.test(range.trim()));
  const warned = locked
    .filter(([, each]) => refusesNode20(each))
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  const [, rows] = /## What `npm ci` brings[\s\S]*?\n\| of which npm warns.*\n.*\n([\s\S]*?)\n\n/.exec(contributing)!;
  const named = [...rows!.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!);
  expect(named.toSorted()).toEqual(['local-aws', ...warned].toSorted());
});

test('a workspace takes the versions that the whole takes', () => {
  const ours = { ...dependencies, ...devDependencies };
  const others = ofWorkspaces.flatMap((each) =>
    Object.entries(each).filter(([name, version]) => (ours[name] ?? version) !== version),
  );
  expect(others).toEqual([]);
});
