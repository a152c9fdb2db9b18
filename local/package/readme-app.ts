/** The app in the README: it is compiled, synthesized and deployed as it stands there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../cli/terminal/user-error.ts';
import { REPOSITORY } from './repository.ts';

const BLOCK = /^## In your own app$[\s\S]*?^```ts\n([\s\S]*?)^```$/m;

export async function readmeApp(): Promise<string> {
  const app = BLOCK.exec(await readFile(join(REPOSITORY, 'README.md'), 'utf8'))?.[1];
  if (app === undefined) throw new Failure('README.md has no app under "In your own app".');
  return app;
}
