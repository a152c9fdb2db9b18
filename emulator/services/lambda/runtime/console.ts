/** `console` inside a sandbox, in the two formats of Lambda's Node runtime: text with tabs, or one JSON object a line. */
import { format } from 'node:util';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof LEVELS)[number];

export interface ConsoleOptions {
  json: boolean;
  /** Lines below it are dropped; Lambda offers this with the JSON format only. */
  minimumLevel: string;
  /** Undefined while the module is being loaded. */
  requestId: () => string | undefined;
  write: (line: string) => void;
}

/** Replaces the printing methods of the global console. */
export function installConsole(options: ConsoleOptions): void {
  const lowest = Math.max(0, LEVELS.indexOf(options.minimumLevel as Level));
  const print =
    (level: Level) =>
    (...values: unknown[]): void => {
      if (options.json && LEVELS.indexOf(level) < lowest) return;
      options.write(logLine(options, level, values));
    };
  console.trace = print('TRACE');
  console.debug = print('DEBUG');
  console.log = print('INFO');
  console.info = print('INFO');
  console.warn = print('WARN');
  console.error = print('ERROR');
}

export function logLine(options: Pick<ConsoleOptions, 'json' | 'requestId'>, level: Level, values: unknown[]): string {
  const timestamp = new Date().toISOString();
  const requestId = options.requestId();
  if (!options.json) return `${timestamp}\t${requestId}\t${level}\t${format(...values)}\n`;
  return `${JSON.stringify({ timestamp, level, requestId, ...jsonMessage(values) })}\n`;
}

/** A single object stays an object; a single error is taken apart; everything else is formatted as text. */
function jsonMessage(values: unknown[]): Record<string, unknown> {
  const [only] = values;
  if (values.length !== 1 || typeof only !== 'object' || only === null) return { message: format(...values) };
  if (!(only instanceof Error)) return { message: only };
  return { errorType: only.name, errorMessage: only.message, stackTrace: only.stack?.split('\n').slice(1) };
}
