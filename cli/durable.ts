/** Has replay do something, and waits for it with progress. */
import { LIVE_ALIAS } from '../infra/names.ts';
import { begin, follow } from './aws/invoke.ts';
import { routesNamed } from './relay.ts';
import { atEnding } from './terminal/ending.ts';
import { UserError } from './terminal/user-error.ts';
import type { Option, RelayAttempt } from './verb.ts';

export const DETACH: Record<string, Option> = {
  detach: { type: 'boolean', usage: '--detach', summary: "doesn't wait for the end, and prints the execution's ARN" },
};

const SECOND_MS = 1_000;

/**
 * @param what it does, as the beginning of a sentence: "The replay"
 * @returns undefined when nobody waits
 * @throws UserError where there is no replay
 */
export async function haveReplay<T>(attempt: RelayAttempt, event: object, what: string): Promise<T | undefined> {
  const { relay, command, options, tell } = attempt;
  // An execution that fails leaves a dead letter.
  const route = options['route'] as string | undefined;
  if (route !== undefined) routesNamed((await relay.told()).routes, route);
  const name = relay.names.replayFunction;
  const arn = await begin(relay.lambda, `${name}:${LIVE_ALIAS}`, event).catch((error: Error) => {
    if (error.name !== 'ResourceNotFoundException') throw error;
    throw new UserError(
      `There is no function ${name}: either relay.replay is false, or there is no such relay, which ${command} doctor tells.`,
    );
  });
  if (options['detach'] === true) {
    tell({ execution: arn }, `${what} goes on in AWS: ${arn}`);
    return undefined;
  }
  const leave = atEnding(async () => undefined, `${what} goes on in AWS, and needs no terminal: ${arn}`);
  const progress = showProgress(what);
  try {
    return await follow<T>(relay.lambda, arn, progress.look);
  } finally {
    progress.end();
    void leave();
  }
}

/** On a terminal alone, in a line that is written over. */
function showProgress(what: string): { look(): void; end(): void } {
  const { stderr } = process;
  if (!stderr.isTTY) return { look: () => undefined, end: () => undefined };
  const begunAt = Date.now();
  let shown = '';
  return {
    look: () => {
      const seconds = Math.floor((Date.now() - begunAt) / SECOND_MS);
      if (seconds === 0) return;
      shown = `${what} has been going on for ${seconds} s. Ctrl-C leaves it to itself.`;
      stderr.write(`\r${shown}`);
    },
    end: () => void (shown && stderr.write(`\r${' '.repeat(shown.length)}\r`)),
  };
}
