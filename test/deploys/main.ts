/** `npm run deploys`: every example in many orders. */
import { EXIT_FAILED, runCli } from '../../local/cli.ts';
import { earlierStacks } from './earlier.ts';
import { exercise, prepare } from './exercise.ts';
import { HELP, parseOptions } from './options.ts';
import { ordersOf } from './orders.ts';

async function main(args: string[]): Promise<number> {
  const { orders, seed, examples, json } = parseOptions(args);
  if (!json) process.stdout.write(`seed ${seed}, ${orders} drawn orders and the two most unfortunate ones\n`);
  let failures = 0;
  for (const example of examples) {
    const prepared = await prepare(example);
    const before = await earlierStacks(example.name, prepared.stacks);
    const problems: string[] = [];
    for (const order of ordersOf(seed, orders)) {
      await exercise(prepared, order).catch((error: Error) => problems.push(`order ${order}: ${error.message}`));
      if (before.length === 0) continue;
      const problem = (error: Error) => problems.push(`order ${order}, from an earlier version: ${error.message}`);
      await exercise(prepared, order, before).catch(problem);
    }
    failures += problems.length;
    process.stdout.write(
      `${json ? JSON.stringify({ example: example.name, problems }) : lineOf(example.name, problems)}\n`,
    );
  }
  if (!json) process.stdout.write(`${examples.length} configurations, ${failures} failures\n`);
  return failures === 0 ? 0 : EXIT_FAILED;
}

function lineOf(name: string, problems: readonly string[]): string {
  return [`${name}: ${problems.length === 0 ? 'ok' : 'FAILED'}`, ...problems].join('\n  ');
}

runCli(main, { help: HELP, hasOwnFolder: true });
