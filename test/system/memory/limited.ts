import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux keeps the limits of groups of processes: version 2, or version 1 with a hierarchy for memory. */
const HIERARCHIES = [
  { root: '/sys/fs/cgroup', limit: 'memory.max', controllers: 'cgroup.subtree_control' },
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', controllers: undefined },
];

/** A group of processes that gets so much memory, sockets' buffers included, and no more: whoever wants more is killed. */
export interface MemoryGroup {
  /** A shell command that runs within the limit. */
  within(command: string): string;
  remove(): void;
}

/** @returns undefined where this process may not make one: it takes Linux, root, and a writable hierarchy */
export function memoryGroup(limitBytes: number): MemoryGroup | undefined {
  for (const { root, limit, controllers } of HIERARCHIES) {
    const folder = join(root, `upload-relay-${process.pid}`);
    try {
      const isOn = controllers === undefined || readFileSync(join(root, controllers), 'utf8').includes('memory');
      if (!isOn || !existsSync(root)) continue;
      mkdirSync(folder);
      if (!existsSync(join(folder, limit))) throw new Error(`${folder} limits no memory`);
      writeFileSync(join(folder, limit), String(limitBytes));
      return {
        within: (command) => `echo $BASHPID > '${join(folder, 'cgroup.procs')}' && ${command}`,
        remove: () => rmdirSync(folder),
      };
    } catch {
      if (existsSync(folder)) rmdirSync(folder);
    }
  }
  return undefined;
}
