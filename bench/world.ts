/** Starts the process with both accounts, and asks it for objects. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Ready, Request } from './protocol.ts';

/** Both accounts, in a process of their own. */
export class World {
  readonly places: Ready;
  readonly #server: ChildProcess;

  private constructor(server: ChildProcess, places: Ready) {
    this.#server = server;
    this.places = places;
  }

  /** @param assembly the folder that the synth wrote */
  static async start(assembly: string): Promise<World> {
    const server = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [assembly], { stdio: 'inherit' });
    return new World(server, (await answerOf(server)) as Ready);
  }

  /** Puts objects into the source bucket. */
  async prepare(request: Request): Promise<void> {
    this.#server.send(request);
    const answer = await answerOf(this.#server);
    if (answer.kind === 'failed') throw new Error(answer.problem);
  }

  /** The other process then removes what it has stored, and ends. */
  close(): void {
    this.#server.disconnect();
  }
}

async function answerOf(server: ChildProcess): Promise<Answer> {
  const over = new AbortController();
  const { signal } = over;
  const gone = once(server, 'exit', { signal }).then(([code]) => {
    throw new Error(`the process with both accounts ended with ${code}`);
  });
  const answered = once(server, 'message', { signal }).then(([answer]) => answer as Answer);
  try {
    return await Promise.race([answered, gone]);
  } finally {
    gone.catch(() => undefined);
    over.abort();
  }
}
