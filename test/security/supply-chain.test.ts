import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const { dependencies, devDependencies, optionalDependencies, workspaces } = read('package.json') as Record<
  string,
  Record<string, string>
> & { workspaces: string[] };
const ofWorkspaces = workspaces.map(
  (folder) => read(`${folder}/package.json`).devDependencies as Record<string, string>,
);
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
    }
  >,
).filter(([path, { link }]) => path !== '' && !link && !workspaces.includes(path));

test('every dependency is one exact version', () => {
  const all = [dependencies, devDependencies, optionalDependencies, ...ofWorkspaces];
  const versions = all.flatMap((each) => Object.values(each ?? {}));
  expect(versions.length).toBeGreaterThan(20);
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test('every package of the lockfile has its digest, and none an address to be fetched from instead', () => {
  expect(locked.filter(([, { integrity, inBundle }]) => !integrity && !inBundle).map(([path]) => path)).toEqual([]);
  expect(locked.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
});

test('nothing that ships with a function runs a script when it is installed', () => {
  const scripted = locked.filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev);
  expect(scripted.map(([path]) => path)).toEqual([]);
});

test('a workspace takes the versions that the whole takes', () => {
  const ours = { ...dependencies, ...devDependencies };
  const others = ofWorkspaces.flatMap((each) =>
    Object.entries(each).filter(([name, version]) => (ours[name] ?? version) !== version),
  );
  expect(others).toEqual([]);
});
