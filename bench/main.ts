/** `npm run bench`: measures the relay beside others, and writes what came of it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../cli/terminal/user-error.ts';
import { runCli } from '../local/cli.ts';
import { synthesize } from '../local/synth.ts';
import { measureColdStarts } from './cold-start.ts';
import { type Contender, installedTools, LIB_STORAGE, PIPE, RELAY } from './contenders.ts';
import { measureGrowth } from './growth.ts';
import { type BenchOptions, HELP, parseOptions } from './options.ts';
import { growthPlot } from './plot.ts';
import { measureProofs } from './proofs.ts';
import { type BenchResults, formatResults, machine } from './report.ts';
import { RESULTS_FILE, withSections } from './results-file.ts';
import { WITH_CRC64NVME } from './sources.ts';
import { GIB, resultsOf, runInTurn } from './transfers.ts';
import { World } from './world.ts';

const SMALL_OBJECTS = 2_000;
const SMALL_BYTES = 10_000;
/** Loading takes a tenth of a second, so many runs take little time. */
const COLD_STARTS_PER_ROUND = 3;

async function main(args: string[]): Promise<void> {
  const options = parseOptions(args);
  if (process.platform !== 'linux') throw new UserError('The bench needs Linux: it reads /proc.');
  const assembly = await mkdtemp(join(tmpdir(), 'upload-relay-bench-'));
  try {
    await synthesize(assembly);
    const world = await World.start(assembly);
    try {
      await tell(options, await runSections(world, options));
    } finally {
      world.close();
    }
  } finally {
    await rm(assembly, { recursive: true, force: true });
  }
}

async function runSections(world: World, { sections, rounds }: BenchOptions): Promise<BenchResults> {
  const contenders: Contender[] = [RELAY, PIPE, LIB_STORAGE, ...installedTools()];
  const load = () => loadavg()[0]!;
  const results: BenchResults = { rounds, load: { before: load(), after: 0 } };
  if (sections.includes('large')) results.large = await large(world, contenders, rounds);
  if (sections.includes('small')) results.small = await small(world, contenders, rounds);
  if (sections.includes('proof')) results.proof = await measureProofs(world, rounds, progress);
  if (sections.includes('start')) {
    results.start = await measureColdStarts(world.places, rounds * COLD_STARTS_PER_ROUND);
  }
  if (sections.includes('growth')) results.growth = await measureGrowth(world, progress);
  results.load.after = load();
  return results;
}

async function large(world: World, contenders: Contender[], rounds: number) {
  await world.prepare({ kind: 'sparse', key: 'large/object', sizeBytes: GIB });
  await world.prepare({ kind: 'sparse', key: 'large/least', sizeBytes: 1 });
  const least = { key: 'large/least', sizeBytes: 1 };
  const task = { keys: ['large/object'], sizeBytes: GIB, least };
  return resultsOf(await runInTurn(world, contenders, task, rounds, progress), 1, GIB / 1e6);
}

async function small(world: World, contenders: Contender[], rounds: number) {
  const keys = Array.from({ length: SMALL_OBJECTS }, (_, index) => `small/${index}`);
  await world.prepare({ kind: 'objects', source: WITH_CRC64NVME, keys: [...keys, 'least/0'], sizeBytes: SMALL_BYTES });
  const task = { keys, sizeBytes: SMALL_BYTES, least: { key: 'least/0', sizeBytes: SMALL_BYTES } };
  const runs = await runInTurn(world, contenders, task, rounds, progress);
  return resultsOf(runs, SMALL_OBJECTS / 1000, SMALL_OBJECTS);
}

async function tell({ json, write }: BenchOptions, results: BenchResults): Promise<void> {
  const text = formatResults(results);
  process.stdout.write(`\n${text}\n`);
  const written: Record<string, string> = {};
  if (json !== undefined) written[json] = `${JSON.stringify({ machine: machine(), ...results }, undefined, 2)}\n`;
  if (write) {
    written[RESULTS_FILE] = withSections(await readFile(RESULTS_FILE, 'utf8'), text);
    if (results.growth) written['bench/growth.svg'] = growthPlot(results.growth);
  }
  for (const [file, content] of Object.entries(written)) await writeFile(file, content);
}

function progress(text: string): void {
  process.stdout.write(`${text}\n`);
}

runCli(main, { help: HELP, hasOwnFolder: true });
