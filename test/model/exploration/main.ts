/** `npm run explore`: the suite's exploration, as long and from whatever seed one likes. */
import { fileURLToPath } from 'node:url';
import { runHere } from '../../../local/child.ts';
import { EXIT_FAILED, runCli } from '../../../local/cli.ts';
import { HELP, parseOptions } from './options.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

async function main(args: string[]): Promise<number> {
  const { schedules, seed, sabotages } = parseOptions(args);
  process.stdout.write(`seed ${seed}, ${schedules} schedules\n`);
  const files = ['converges', ...(sabotages ? ['sabotages'] : [])].map(
    (name) => `test/model/exploration/${name}.test.ts`,
  );
  const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));
  const code = await runHere(process.execPath, [vitest, 'run', ...files], {
    cwd: ROOT,
    env: { ...process.env, EXPLORE_SCHEDULES: `${schedules}`, EXPLORE_SEED: `${seed}` },
  });
  return code === 0 ? 0 : EXIT_FAILED;
}

runCli(main, { help: HELP, hasOwnFolder: true });
