/** The results as Markdown. */
import { cpus, totalmem } from 'node:os';
import type { ColdStartResult } from './cold-start.ts';
import type { Growth } from './growth.ts';
import { dollarsPerMillionSmall, dollarsPerTb, FORMULA } from './price.ts';
import type { ProofResult } from './proofs.ts';
import type { TransferResult } from './transfers.ts';

export interface BenchResults {
  rounds: number;
  /** Processes that ran or wanted to, on average over a minute: the machine's, and after it the bench's too. */
  load: { before: number; after: number };
  large?: TransferResult[];
  small?: TransferResult[];
  proof?: ProofResult[];
  start?: ColdStartResult[];
  growth?: Growth;
}

/** In their order. */
export const TITLES = [
  'One object of 1 GiB',
  '2,000 objects of 10 kB',
  'What each proof costs',
  'Cold start',
  'How cost grows',
  'Prices',
] as const;
type Title = (typeof TITLES)[number];

const PROOF_WORDS =
  'The relay alone: one object of 512 MiB, and 1,000 of 10 kB. What was uploaded in parts has parts of 8 MiB; the rows are those of [docs/fidelity.md](../docs/fidelity.md#the-checksum).';

type Row = (string | number)[];

/** As Markdown, which also reads well on a terminal. */
export function formatResults(results: BenchResults): string {
  const { large, small, proof, start, growth, rounds, load } = results;
  const where = `${machine()}; load ${load.before.toFixed(1)} before the bench, ${load.after.toFixed(1)} after it.`;
  const medians = `${where} Medians of ${rounds} interleaved runs.`;
  const texts: Record<Title, string | undefined> = {
    'One object of 1 GiB': large && `${medians}\n\n${largeTable(large)}`,
    '2,000 objects of 10 kB': small && `${medians}\n\n${smallTable(small)}`,
    'What each proof costs': proof && `${medians} ${PROOF_WORDS}\n\n${proofTable(proof)}`,
    'Cold start': start && `${where} Medians.\n\n${startTable(start)}`,
    'How cost grows': growth && `${where} One run each.\n\n${growthTable(growth)}`,
    Prices: FORMULA,
  };
  return TITLES.filter((title) => texts[title] !== undefined)
    .map((title) => `## ${title}\n\n${texts[title]}`)
    .join('\n\n');
}

export function machine(): string {
  const model = cpus()[0]?.model ?? '';
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${model.trim() || process.arch}), ${memoryGib} GiB, ${process.platform}, Node ${process.versions.node}`;
}

function largeTable(results: TransferResult[]): string {
  const own = results[0]!;
  return table(
    ['', 'CPU-s/GiB', 'of the relay', 'MB/s', 'peak RSS, MiB', 'start, CPU-s', 'Lambda, $/TB'],
    results.map(({ name, cpu, rate, peakRssMib, startCpuSeconds }) => [
      name,
      cpu.toFixed(2),
      `${(cpu / own.cpu).toFixed(2)} ×`,
      rate.toFixed(0),
      peakRssMib.toFixed(0),
      startCpuSeconds.toFixed(2),
      dollarsPerTb(cpu).toFixed(3),
    ]),
  );
}

function smallTable(results: TransferResult[]): string {
  const own = results[0]!;
  return table(
    ['', 'CPU-ms/object', 'of the relay', 'objects/s', 'peak RSS, MiB', 'Lambda, $/million', 'requests, $/million'],
    results.map(({ name, cpu, rate, peakRssMib }) => {
      const { lambda, requests } = dollarsPerMillionSmall(cpu);
      return [
        name,
        cpu.toFixed(2),
        `${(cpu / own.cpu).toFixed(2)} ×`,
        rate.toFixed(0),
        peakRssMib.toFixed(0),
        lambda.toFixed(3),
        name === own.name ? requests.toFixed(2) : '',
      ];
    }),
  );
}

function proofTable(results: ProofResult[]): string {
  const [{ large: firstLarge, small: firstSmall }] = results as [ProofResult];
  return table(
    [
      'the source has',
      '`origin`',
      'CPU-s/GiB',
      'least to most',
      'of the first',
      'Lambda, $/TB',
      'CPU-ms/object of 10 kB',
      'least to most',
      'of the first',
    ],
    results.map(({ kind, large, small }) => [
      kind.name,
      `\`${kind.origin}\``,
      large.cpu.toFixed(2),
      rangeText(large),
      `${(large.cpu / firstLarge.cpu).toFixed(2)} ×`,
      dollarsPerTb(large.cpu).toFixed(3),
      small.cpu.toFixed(2),
      rangeText(small),
      `${(small.cpu / firstSmall.cpu).toFixed(2)} ×`,
    ]),
  );
}

function rangeText({ cpuRange: [least, most] }: TransferResult): string {
  return `${least.toFixed(2)} to ${most.toFixed(2)}`;
}

function startTable(results: ColdStartResult[]): string {
  const least = results[0]!;
  return table(
    ['', 'bundle, kB', 'init, ms', 'of the least'],
    results.map(({ name, bundleBytes, initMs }) => [
      name,
      (bundleBytes / 1000).toFixed(0),
      initMs.toFixed(0),
      `${(initMs / least.initMs).toFixed(2)} ×`,
    ]),
  );
}

function growthTable({ bySize, byCount }: Growth): string {
  const rows = (points: Growth['bySize'], what: string): Row[] =>
    points.map(({ x, cpuSeconds, peakRssMib }) => [
      `${x.toLocaleString('en-US')} ${what}`,
      cpuSeconds.toFixed(2),
      peakRssMib.toFixed(0),
    ]);
  return table(
    ['', 'CPU-s, start included', 'peak RSS, MiB'],
    [...rows(bySize, 'bytes'), ...rows(byCount, 'objects of 5 MiB at once')],
  );
}

function table(head: Row, rows: Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
