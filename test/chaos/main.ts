import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../../emulator/index.ts';
import { UserError } from '../../local/start/user-error.ts';
import { synthesize } from '../../local/synth.ts';
import { HELP, parseOptions } from './options.ts';
import { detailsOf, faultCounts, isClean, progressLine, summaryOf } from './report.ts';
import { runChaos } from './run.ts';

const EXIT_BROKEN_PROMISE = 1;
const EXIT_USAGE = 2;

main(process.argv.slice(2)).then(end, (error: unknown) => {
  process.stderr.write(`${error instanceof UserError ? error.message : ((error as Error).stack ?? error)}\n`);
  end(error instanceof UserError ? EXIT_USAGE : EXIT_BROKEN_PROMISE);
});

/** The verdict ends the run: nothing that a fault has left under way in this process may outlast it. */
function end(exitCode: number): void {
  process.stdout.write('', () => process.exit(exitCode));
}

async function main(args: string[]): Promise<number> {
  const { help, ...options } = parseOptions(args);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
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
    return clean ? 0 : EXIT_BROKEN_PROMISE;
  } finally {
    await rm(assembly, { recursive: true, force: true });
  }
}
