/** The public API: every member documented, the pages as they are made, and no change that CHANGELOG.md doesn't name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Api, readApi } from '../../../local/package/api.ts';
import { changedNames, unnamed } from '../../../local/package/api-changes.ts';
import { apiPages } from '../../../local/package/api-pages.ts';
import { API_FOLDER, RELEASED, REPORT } from '../../../local/package/repository.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';

const read = (name: string) => readFileSync(join(API_FOLDER, name), 'utf8');
let api: Api;

// It fails where a public member has no documentation, or a type of one isn't exported.
beforeAll(async () => {
  api = await readApi();
});

test('docs/api is what the sources say (npm run api writes it)', async () => {
  const pages = new Map([...(await apiPages(api.model)), [REPORT, api.report]]);
  expect(
    readdirSync(API_FOLDER)
      .filter((name) => name !== RELEASED)
      .sort(),
  ).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(read(name), name).toBe(text);
});

test('CHANGELOG.md names under "Unreleased" all that differs from the last release', () => {
  const released = existsSync(join(API_FOLDER, RELEASED)) ? read(RELEASED) : '';
  const changelog = readFileSync(join(REPOSITORY, 'CHANGELOG.md'), 'utf8');
  expect(unnamed(changedNames(released, read(REPORT)), changelog)).toEqual([]);
});
