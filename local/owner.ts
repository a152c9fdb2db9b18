/** Tells whose a file or folder is that a program leaves while it runs: of a process that lives, or of one that is dead. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** `<process id>-<when it started>-<where>`: process ids are used again, and mean something else on another machine or in a container. */
export const OWNER = /(\d+)-(\d+)-([0-9a-f]{8})/;

const UNKNOWN = '0';

/** Of this process. */
export function ownOwner(): string {
  return `${process.pid}-${startOf(process.pid) ?? UNKNOWN}-${place()}`;
}

/** Whether that process has certainly ended. Nobody can tell of another machine's, or another container's. */
export function isDead(owner: string): boolean {
  const [, id, start, where] = new RegExp(`^${OWNER.source}$`).exec(owner) ?? [];
  if (id === undefined || where !== place()) return false;
  if (!exists(Number(id))) return true;
  const present = startOf(Number(id));
  return present !== undefined && start !== UNKNOWN && present !== start;
}

function exists(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    // Another user's lives, too.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** By the system's own count, in digits. Undefined where the system doesn't tell. A process that nobody has buried yet has started never. */
function startOf(id: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // The name in parentheses may hold anything. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      return fields[0] === 'Z' ? 'never' : fields[19]!;
    }
    if (process.platform === 'win32') return undefined;
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(id)], { encoding: 'utf8', env });
    return String(Date.parse(`${text.trim()} UTC`) / 1000);
  } catch {
    return undefined;
  }
}

function place(): string {
  let space = '';
  try {
    space = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has them.
  }
  return createHash('sha256').update(`${hostname()} ${space}`).digest('hex').slice(0, 8);
}
