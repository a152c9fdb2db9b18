/** `npm run explore`: the suite's exploration, as long and from whatever seed one likes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
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
  const child = spawn(process.execPath, [vitest, 'run', ...files], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, EXPLORE_SCHEDULES: `${schedules}`, EXPLORE_SEED: `${seed}` },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0 ? 0 : EXIT_FAILED;
}

runCli(main, { help: HELP });
