import type { DurableContext } from '@aws/durable-execution-sdk-js';
import { DurableExecutionAlreadyStartedException, type InvokeCommandInput } from '@aws-sdk/client-lambda';
import type { Invocation } from '../../../functions/invocation/invocation.ts';
import { largeRun } from '../../../functions/large/large-run.ts';
import { relayLargeObject } from '../../../functions/large/relay-large-object.ts';
import { sendParts } from '../../../functions/large/send-parts.ts';
import { parseLargeRequest, parsePartsRequest } from '../../../functions/request/large-request.ts';
import { Life } from './life.ts';
import type { World } from './world.ts';

/** The results that an execution's checkpoints hold, by the place of the operation. */
type Checkpoints = Map<string, unknown>;

/**
 * Lambda's durable executions: one for a name, begun again from its checkpoints when it dies. The SDK itself has its own tests,
 * in test/model/large/; here it is the orders that matter, so an operation is done, kept, and not done again, and that is all.
 */
export class Executions {
  readonly #world: World;
  readonly #invocation: (life: Life) => Invocation;
  readonly #payloads = new Map<string, string>();
  readonly #running = new Set<string>();
  readonly #keys = new Set<string>();
  /** Those who wait for a turn, by its number. */
  readonly #awaited = new Map<number, () => void>();
  #turns = 0;

  constructor(world: World, invocation: (life: Life) => Invocation) {
    this.#world = world;
    this.#invocation = invocation;
  }

  get areOver(): boolean {
    return this.#running.size === 0;
  }

  /** Whether relay-large has been asked for the object: then its message may go before there is a receipt. */
  wasAskedFor(key: string): boolean {
    return this.#keys.has(key);
  }

  /** When they have had so many turns. */
  turn(number: number): Promise<void> {
    return number <= this.#turns ? Promise.resolve() : new Promise((resolve) => this.#awaited.set(number, resolve));
  }

  /** @throws DurableExecutionAlreadyStartedException for a name that was given to something else */
  start({ DurableExecutionName, Payload }: InvokeCommandInput): object {
    const name = DurableExecutionName!;
    const payload = Buffer.from(Payload as Uint8Array).toString();
    const spent = this.#payloads.get(name);
    if (spent !== undefined && spent !== payload) {
      throw new DurableExecutionAlreadyStartedException({ message: name, $metadata: {} });
    }
    if (spent === undefined) {
      this.#payloads.set(name, payload);
      this.#running.add(name);
      this.#keys.add((JSON.parse(payload) as { key: string }).key);
      void this.#run(`large ${this.#payloads.size}`, name, payload);
    }
    return {};
  }

  async #run(title: string, name: string, payload: string): Promise<void> {
    const { timeline, scenario, isCalm } = this.#world;
    const checkpoints: Checkpoints = new Map();
    let diesAt = (!isCalm && scenario.largeFates?.[this.#payloads.size - 1]?.endsAt) || 0;
    await timeline.turn(`${title} begins`);
    for (;;) {
      const { promise: death, resolve: die } = Promise.withResolvers<'died'>();
      const life: Life = new Life(timeline, {
        name: title,
        onTurn: async (turn) => {
          this.#awaited.get(++this.#turns)?.();
          if (turn !== diesAt) return;
          diesAt = 0;
          life.die();
          die('died');
        },
      });
      const invocation = this.#invocation(life);
      const run = largeRun(
        invocation,
        this.#context(name, checkpoints, life, ''),
        parseLargeRequest(JSON.parse(payload)),
      );
      if ((await Promise.race([relayLargeObject(run), death])) !== 'died') break;
      await timeline.turn(`${title} goes on`);
    }
    this.#running.delete(name);
  }

  /** As much of the SDK's context as relay-large uses. */
  #context(execution: string, checkpoints: Checkpoints, life: Life, place: string): DurableContext {
    let operations = 0;
    const once = async (what: string, work: () => Promise<unknown>): Promise<unknown> => {
      const id = `${place}/${++operations}`;
      if (checkpoints.has(id)) return checkpoints.get(id);
      const json = JSON.stringify(await work()) as string | undefined;
      await life.turn(`keeps ${what}`);
      checkpoints.set(id, json === undefined ? undefined : JSON.parse(json));
      return checkpoints.get(id);
    };
    const context = {
      step: (name: string, work: (step: { attempt: number }) => Promise<unknown>) =>
        once(name, async () => {
          for (let attempt = 1; ; attempt++) {
            try {
              return await work({ attempt });
            } catch {
              await life.turn(`repeats ${name}`);
            }
          }
        }),
      wait: (name: string, { seconds = 0 }: { seconds?: number }) =>
        once(name, async () => {
          await this.#world.late.outlasted(seconds);
          await life.turn('waits');
        }),
      invoke: (name: string, _: string, input: unknown) => once(name, () => this.#worker(life, input)),
      map: async (_: string, items: unknown[], work: (context: DurableContext, item: unknown) => Promise<unknown>) => {
        const child = `${place}/${++operations}`;
        const outcomes = await Promise.allSettled(
          items.map((item, index) => work(this.#context(execution, checkpoints, life, `${child}/${index}`), item)),
        );
        const failed = outcomes.flatMap((each) =>
          each.status === 'rejected' ? [{ error: each.reason as Error }] : [],
        );
        const results = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
        return { failed: () => failed, getResults: () => results };
      },
      executionContext: { durableExecutionArn: `arn/durable-execution/${execution}/id` },
    };
    return context as unknown as DurableContext;
  }

  /** A worker outlives neither itself nor, for simplicity, the invocation that asked for it. */
  #worker(life: Life, input: unknown): Promise<unknown> {
    return sendParts(this.#invocation(life), parsePartsRequest(JSON.parse(JSON.stringify(input))));
  }
}
