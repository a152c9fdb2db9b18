/** `npm run chaos`: two accounts in which everything goes wrong, and an audit of what arrived. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../../emulator/index.ts';
import { EXIT_FAILED, runCli } from '../../local/cli.ts';
import { synthesize } from '../../local/synth.ts';
import { HELP, parseOptions } from './options.ts';
import { detailsOf, faultCounts, isClean, progressLine, summaryOf } from './report.ts';
import { runChaos } from './run.ts';

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  process.stdout.write('Synthesizing both stacks and bringing up two accounts …\n');
  const assembly = await mkdtemp(join(tmpdir(), 'upload-relay-chaos-'));
  try {
    await synthesize(assembly);
    const result = await runChaos({
      ...options,
      stacks: readAssembly(assembly),
      onProgress: (progress) => process.stdout.write(`${progressLine(progress)}\n`),
    });
    const clean = isClean(result);
    if (!clean) process.stdout.write(`${detailsOf(result)}\n`);
    process.stdout.write(
      `${faultCounts(result)}\n${result.largeExecutions} executions of relay-large, ${result.redriven} dead letters sent back, ${result.setAsideAfterDelete} that a delete accounts for\n${summaryOf(result)}\n`,
    );
    return clean ? 0 : EXIT_FAILED;
  } finally {
    await rm(assembly, { recursive: true, force: true });
  }
}

runCli(main, { help: HELP, hasOwnFolder: true });
