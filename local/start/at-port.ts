/** The option `--port` of commands for a running `npm start`. */

import { UserError } from '../../cli/terminal/user-error.ts';
import { wholeNumber } from '../cli.ts';

const OPTION = '--port';

/**
 * Takes `--port N` out of the arguments, wherever it stands.
 * @throws UserError for a port that is none
 */
export function takePort(args: readonly string[]): { port?: number; rest: string[] } {
  const rest = [...args];
  const index = rest.findIndex((arg) => arg === OPTION || arg.startsWith(`${OPTION}=`) || arg === '--');
  // What comes after that is no option.
  if (index === -1 || rest[index] === '--') return { rest };
  const [first] = rest.splice(index, 1);
  const value = first === OPTION ? rest.splice(index, 1)[0] : first!.slice(OPTION.length + 1);
  if (value === undefined) throw new UserError(`${OPTION} names no port: which npm start is meant?`);
  return { port: wholeNumber(OPTION, value, { least: 1, most: 65_535 }), rest };
}
