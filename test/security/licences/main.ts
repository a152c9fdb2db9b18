/** `npm run licences`: writes docs/licences.md. */
import { writeFileSync } from 'node:fs';
import { parseOptionsOf, runCli } from '../../../local/cli.ts';
import { LICENCES_PAGE, licencesPage, lockedPackages } from './licences.ts';

const HELP = `Writes docs/licences.md from the lockfile.

  npm run licences
`;

async function main(args: string[]): Promise<void> {
  parseOptionsOf('npm run licences', { args });
  writeFileSync(LICENCES_PAGE, licencesPage(lockedPackages()));
}

runCli(main, { help: HELP });
