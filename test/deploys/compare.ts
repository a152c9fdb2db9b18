/**
 * `npm run compare -- <other checkout>`: whether two checkouts of this project synthesize the same templates of every example, but for
 * the hashes of assets. A change of structure alone must leave them as they are.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { CONTEXT_OVERFLOW_LOCATION_ENV } from 'aws-cdk-lib/cx-api';
import { UserError } from '../../cli/terminal/user-error.ts';
import { EXIT_FAILED, parseOptionsOf, runCli } from '../../local/cli.ts';
import { examplesNamed } from './examples.ts';

const HELP = `npm run compare -- OTHER

Synthesizes every example of npm run deploys in this checkout and in the one in the folder OTHER, and compares the templates. Hashes of
assets don't count. Both checkouts need their node_modules.

  --only NAME    this example only; may be repeated
  -h, --help     this

Exit code: 0 all equal, 1 some differ, 2 wrong usage.
`;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseOptionsOf('npm run compare', {
    args,
    allowPositionals: true,
    options: { only: { type: 'string', multiple: true, default: [] } },
  });
  const [other, ...rest] = positionals;
  if (other === undefined || rest.length > 0) {
    throw new UserError('Say which checkout, e.g. npm run compare -- ../other. Try: npm run compare -- --help');
  }
  const here = fileURLToPath(new URL('../..', import.meta.url));
  let compared = 0;
  let different = 0;
  for (const { name, relays } of examplesNamed(values.only)) {
    for (const relay of relays) {
      const [ours, theirs] = await Promise.all([templates(here, relay), templates(resolve(other), relay)]);
      for (const file of new Set([...ours.keys(), ...theirs.keys()])) {
        compared++;
        if (isDeepStrictEqual(ours.get(file), theirs.get(file))) continue;
        different++;
        process.stdout.write(`${name}: ${file} differs\n`);
      }
    }
  }
  process.stdout.write(`${compared} templates compared, ${different} differ\n`);
  return different === 0 ? 0 : EXIT_FAILED;
}

/** By file name, hashes taken out. Nothing is bundled, so an asset's hash is that of its source folder. */
async function templates(checkout: string, relay: object): Promise<Map<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'compare-'));
  const context = join(folder, 'context.json');
  try {
    await writeFile(context, JSON.stringify({ relay, 'aws:cdk:bundling-stacks': [] }));
    const env = { ...process.env, CDK_OUTDIR: join(folder, 'out'), [CONTEXT_OVERFLOW_LOCATION_ENV]: context };
    await promisify(execFile)(process.execPath, ['infra/app.ts'], { env, cwd: checkout });
    const files = (await readdir(join(folder, 'out'))).filter((file) => file.endsWith('.template.json'));
    const read = async (file: string): Promise<[string, unknown]> => {
      const text = await readFile(join(folder, 'out', file), 'utf8');
      return [file, JSON.parse(text.replaceAll(/[0-9a-f]{64}/g, '<hash>'))];
    };
    return new Map(await Promise.all(files.map(read)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

runCli(main, { help: HELP, hasOwnFolder: true });
