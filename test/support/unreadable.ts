/** Programs to which a file can be unreadable, though root starts them. */
import { spawnSync } from 'node:child_process';

/** Root may read everything, but for a root without these capabilities. */
const WITHOUT_PRIVILEGES = ['--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all'];
const isRoot = process.geteuid?.() === 0;

/** Whether there are such programs here. */
export const canBeUnreadable = !isRoot || spawnSync('setpriv', [...WITHOUT_PRIVILEGES, 'true']).status === 0;

/** The command line that starts one. */
export function withoutPrivileges(...command: [string, ...string[]]): [string, ...string[]] {
  return isRoot && canBeUnreadable ? ['setpriv', ...WITHOUT_PRIVILEGES, ...command] : command;
}
