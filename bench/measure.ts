/** Runs a command and measures the CPU time and memory of its whole process tree. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The cost of a command, with all processes that it started. */
export interface Usage {
  /** User and system time. */
  cpuSeconds: number;
  wallSeconds: number;
  /** The highest of each process, added up. */
  peakRssBytes: number;
}

/** The kernel keeps the peak of each process, so only the last moment of a process can be missed. */
const LOOK_EVERY_MS = 20;

/**
 * Runs a shell command to its end. CPU time is what bash's `time` says, so every contender is measured alike.
 * @throws Error with the command's own words when it fails
 */
export async function measure(command: string, env: NodeJS.ProcessEnv): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), 'upload-relay-bench-'));
  const words = join(folder, 'words');
  const script = `TIMEFORMAT='%3U %3S %3R'; time { ${command} ; } >'${words}' 2>&1`;
  const child = spawn('bash', ['-c', script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const peaks = new Map<number, number>();
  const looking = setInterval(() => notePeaks(child.pid!, peaks), LOOK_EVERY_MS);
  let times = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    times += text;
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (exitCode !== 0)
      throw new Error(`${command}\nended with ${exitCode}: ${readFileSync(words, 'utf8').slice(-2000)}`);
    const [user, system, wallSeconds] = times.trim().split('\n').at(-1)!.split(' ').map(Number) as [
      number,
      number,
      number,
    ];
    return {
      cpuSeconds: user + system,
      wallSeconds,
      peakRssBytes: [...peaks.values()].reduce((sum, each) => sum + each, 0),
    };
  } finally {
    clearInterval(looking);
    rmSync(folder, { recursive: true, force: true });
  }
}

function notePeaks(shell: number, peaks: Map<number, number>): void {
  for (const pid of descendants(shell)) {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readProc(`${pid}/status`))?.[1];
    if (kilobytes) peaks.set(pid, Number(kilobytes) * 1024);
  }
}

function descendants(pid: number): number[] {
  const children = readProc(`${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Processes end while they are looked at. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
