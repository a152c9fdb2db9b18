import { parseArgs } from 'node:util';
import { UserError } from './user-error.ts';

export interface StartOptions {
  /** Files and folders to drop; none means the demonstration set. */
  paths: string[];
  /** End after the deliveries instead of staying up. */
  once: boolean;
  /** 0 takes any free port. */
  port: number;
  help: boolean;
}

/** Stays the same from run to run, so that commands typed once can be repeated. */
const DEFAULT_PORT = 4567;

export const HELP = `Brings up two AWS accounts on this machine, drops files into account A's bucket and waits until account B owns them.

  npm start                     the demonstration files, then stays up
  npm start -- PATH…            your files and folders
  npm start -- --once [PATH…]   ends instead: exit code 0 only if all was delivered and every checksum proved

  --port N   listen on this port of 127.0.0.1 (default ${DEFAULT_PORT}, with --once any free one; 0 is any free one)
  --help     this text
`;

/** @throws UserError for an option that does not exist or a port that is none */
export function parseOptions(args: string[]): StartOptions {
  const { values, positionals } = parse(args);
  return {
    paths: positionals,
    once: values.once ?? false,
    port: parsePort(values.port) ?? (values.once ? 0 : DEFAULT_PORT),
    help: values.help ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { once: { type: 'boolean' }, port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('. ')[0]}. Try: npm start -- --help`);
  }
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UserError(`--port is "${text}": it must be a number from 0 to 65535.`);
}
