import { cpus, totalmem } from 'node:os';
import type { ColdStartResult } from './cold-start.ts';
import type { Growth } from './growth.ts';
import { dollarsPerMillionSmall, dollarsPerTb, FORMULA } from './price.ts';
import type { TransferResult } from './transfers.ts';

export interface BenchResults {
  rounds: number;
  large?: TransferResult[];
  small?: TransferResult[];
  start?: ColdStartResult[];
  growth?: Growth;
}

type Row = (string | number)[];

/** As Markdown, which also reads well on a terminal. */
export function formatResults(results: BenchResults): string {
  const { large, small, start, growth, rounds } = results;
  return [
    `${machine()}. Medians of ${rounds} interleaved runs. CPU is user and system time of the moving process alone, less what its start takes; both accounts are another process on the same machine.`,
    large && section('One object of 1 GiB', largeTable(large)),
    small && section('2,000 objects of 10 kB', smallTable(small)),
    start && section('Cold start', startTable(start)),
    growth && section('How cost grows', growthTable(growth)),
    section('Prices', FORMULA),
  ]
    .filter((part) => part !== undefined)
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

function section(title: string, text: string): string {
  return `## ${title}\n\n${text}`;
}

function table(head: Row, rows: Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
