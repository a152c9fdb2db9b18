/** `npm run prove:iam`: the matrix of what each policy is needed for, and a count as its last line. */
import { EXIT_FAILED, parseOptionsOf, runCli } from '../../local/cli.ts';
import { CHECKS } from './checks.ts';
import { type Proof, prove, rowKey } from './prove.ts';
import { MatrixWriter, problemsOf, refusalMatrix, summaryOf } from './report.ts';
import { CONFIGURATIONS, startProofWorld } from './world.ts';

const HELP = `Takes each statement of each policy away, one at a time, and looks what the two accounts can no longer do, or can do all of a sudden.

  npm run prove:iam   some minutes; prints the matrix, and a count as its last line

Exit code: 0 each statement is needed, and none lets too much; 1 one isn't, or does; 2 wrong usage.
`;

async function main(args: string[]): Promise<number> {
  parseOptionsOf('npm run prove:iam', { args });
  const write = (text: string) => void process.stdout.write(text);
  const proofs: (Proof & { configuration: string })[] = [];
  const proved = new Set<string>();
  for (const [index, configuration] of CONFIGURATIONS.entries()) {
    write(`\n=== ${configuration.name} (${index + 1} of ${CONFIGURATIONS.length}): bringing up two accounts …\n`);
    const world = await startProofWorld(configuration);
    try {
      const matrix = new MatrixWriter(write);
      const proof = await prove(world, {
        checks: configuration.checks ?? CHECKS,
        proved: configuration.others ? new Set() : proved,
        onRow: (row) => matrix.row(row),
      });
      write(`${refusalMatrix(proof.refusals)}\n`);
      for (const row of proof.rows) if (row.problem === undefined) proved.add(rowKey(row));
      proofs.push({ ...proof, configuration: configuration.name });
    } finally {
      await world.close();
    }
  }
  const problems = problemsOf(proofs);
  write(`\n${[...problems.map((problem) => `✗ ${problem}`), summaryOf(proofs)].join('\n')}\n`);
  return problems.length === 0 ? 0 : EXIT_FAILED;
}

runCli(main, { help: HELP, hasOwnFolder: true });
