/** `npm run api`: writes docs/api. */
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOptionsOf, runCli } from '../cli.ts';
import { readApi } from './api.ts';
import { apiPages } from './api-pages.ts';
import { API_FOLDER, RELEASED, REPORT } from './repository.ts';

const HELP = `Writes docs/api from the sources: pages for readers, and a report of every public name and its type for reviews.

  npm run api
  npm run api -- --released     after a release: what is public now is what CHANGELOG.md tells changes of

Exit code: 0 written, 1 a public member has no documentation, 2 wrong usage.
`;

async function main(args: string[]): Promise<void> {
  const options = { released: { type: 'boolean' } } as const;
  const { values } = parseOptionsOf('npm run api', { args, options });
  const { report, model } = await readApi();
  const pages = await apiPages(model);
  await mkdir(API_FOLDER, { recursive: true });
  for (const name of await readdir(API_FOLDER)) if (name !== RELEASED) await rm(join(API_FOLDER, name));
  for (const [name, text] of [...pages, [REPORT, report] as const]) await writeFile(join(API_FOLDER, name), text);
  if (values.released) await copyFile(join(API_FOLDER, REPORT), join(API_FOLDER, RELEASED));
}

runCli(main, { help: HELP, hasOwnFolder: true });
