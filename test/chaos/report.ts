import type { FaultRecord } from '../../emulator/index.ts';
import { isAbout } from './fault-plan.ts';
import type { ChaosProgress, ChaosResult } from './run.ts';

/** Whether the relay kept its promise, and the local AWS did as well. */
export function isClean(result: ChaosResult): boolean {
  return badness(result).every(({ names }) => names.length === 0) && result.unexpectedErrors.length === 0;
}

/** e.g. `seed 7: 5000 objects, 1234 faults injected, 0 lost, …`; all of it in one line. */
export function summaryOf(result: ChaosResult): string {
  const { seed, objects, faults } = result;
  const counts = badness(result).map(({ names, what }) => `${names.length} ${what}`);
  return `seed ${seed}: ${objects} objects, ${faults.length} faults injected, ${counts.join(', ')}`;
}

/** Each bad key with the faults that met it on its way, and whatever else is wrong. */
export function detailsOf(result: ChaosResult): string {
  const lines: string[] = [];
  for (const { names, what } of badness(result)) {
    for (const name of names) {
      lines.push(`${what}: ${name}`, ...faultsOf(result, name).map((fault) => `  ${fault}`));
      const known = result.known[name];
      if (known !== undefined) lines.push(`  ${known}`);
    }
  }
  for (const error of result.unexpectedErrors) lines.push(`the local AWS failed: ${String(error)}`);
  return lines.join('\n');
}

/** How often each rule struck, the busiest first. */
export function faultCounts({ faults }: ChaosResult): string {
  const byRule = Object.entries(Object.groupBy(faults, ({ rule }) => rule));
  const counts = byRule.map(([rule, records]) => ({ rule, count: records!.length }));
  return counts
    .sort((one, other) => other.count - one.count)
    .map(({ rule, count }) => `${count} × ${rule}`)
    .join(', ');
}

export function progressLine({ done, steps, messagesLeft, faults }: ChaosProgress): string {
  return `${done} of ${steps} uploads and deletes, ${messagesLeft} messages left, ${faults} faults`;
}

function badness(result: ChaosResult): { what: string; names: string[] }[] {
  const { lost, stale, corrupt, spliced, withoutReceipt, withoutProof, deadLetters } = result;
  return [
    { what: 'lost', names: lost },
    { what: 'stale', names: stale },
    { what: 'corrupt', names: corrupt },
    { what: 'spliced', names: spliced },
    { what: 'without receipt', names: withoutReceipt },
    { what: 'without the proof demanded', names: withoutProof },
    { what: 'left in the dead-letter queue', names: deadLetters },
  ];
}

function faultsOf({ faults }: ChaosResult, key: string): string[] {
  return faults.filter(({ subject }) => isAbout(subject, key)).map(describe);
}

function describe({ rule, subject: { operation, bucket }, at }: FaultRecord): string {
  const where = [operation, bucket].filter((part) => part !== undefined).join(' on ');
  return `${at.toISOString()} ${rule}${where === '' ? '' : `: ${where}`}`;
}
