/** What npm runs before it publishes: nobody publishes by accident. */

import { UserError } from '../../cli/terminal/user-error.ts';
import { parseOptionsOf, runCli } from '../cli.ts';
import { packageJson } from './repository.ts';

const HELP = `npm run prepublishOnly is what npm publish runs first: it refuses, unless PUBLISH is the version.

  PUBLISH=0.1.0 npm publish

Exit code: 0 it may be published, 2 not.
`;

async function main(args: string[]): Promise<void> {
  parseOptionsOf('npm run prepublishOnly', { args });
  const { name, version } = packageJson();
  const given = process.env['PUBLISH'];
  if (given === version) return;
  const found = given === undefined ? 'PUBLISH is not set' : `PUBLISH is "${given}"`;
  throw new UserError(`${found}: to publish ${name} ${version}, type: PUBLISH=${version} npm publish`);
}

runCli(main, { help: HELP });
