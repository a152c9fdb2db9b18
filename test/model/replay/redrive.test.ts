/** A redrive, killed at every step of its own, while SQS moves messages in its own time. */
import pMap from 'p-map';
import { describe, expect, test } from 'vitest';
import { ReplayWorld } from './replay-world.ts';

const LETTERS = ['a', 'b', 'c', 'd', 'e'];
/** What the relay sets aside again as soon as it gets it. */
const HOPELESS = 'c';
const AT_ONCE = 20;

interface MoveTask {
  Status: 'RUNNING' | 'COMPLETED';
  ApproximateNumberOfMessagesMoved: number;
  ApproximateNumberOfMessagesToMove: number;
  StartedTimestamp: number;
}

/** SQS with one dead-letter queue: a task moves so many messages between two looks at it, and there is one at a time. */
class DeadLetterQueue {
  readonly dead = [...LETTERS];
  /** In the order in which they came to the relay's queue. */
  readonly moved: string[] = [];
  readonly #perLook: number;
  readonly #tasks: MoveTask[] = [];

  constructor(perLook: number) {
    this.#perLook = perLook;
  }

  readonly services = {
    StartMessageMoveTask: () => {
      if (this.#tasks[0]?.Status === 'RUNNING') {
        const problem = 'There is already a task running. Only one active task is allowed for a source queue arn.';
        throw Object.assign(new Error(problem), { name: 'UnsupportedOperation', $fault: 'client' });
      }
      this.#tasks.unshift({
        Status: 'RUNNING',
        ApproximateNumberOfMessagesMoved: 0,
        ApproximateNumberOfMessagesToMove: this.dead.length,
        StartedTimestamp: 1_000 + this.#tasks.length,
      });
      return {};
    },
    ListMessageMoveTasks: () => {
      const [task] = this.#tasks;
      if (task?.Status === 'RUNNING') this.#move(task);
      return { Results: this.#tasks.slice(0, 1).map((each) => ({ ...each })) };
    },
  };

  #move(task: MoveTask): void {
    const left = task.ApproximateNumberOfMessagesToMove - task.ApproximateNumberOfMessagesMoved;
    const letters = this.dead.splice(0, Math.min(left, this.#perLook));
    this.moved.push(...letters);
    this.dead.push(...letters.filter((letter) => letter === HOPELESS));
    task.ApproximateNumberOfMessagesMoved += letters.length;
    if (letters.length === left) task.Status = 'COMPLETED';
  }
}

test('a redrive that never ends says so, and what to do', async () => {
  const task = { Status: 'RUNNING', StartedTimestamp: 1, ApproximateNumberOfMessagesMoved: 0 };
  const ListMessageMoveTasks = () => ({ Results: [task] });
  const world = new ReplayWorld({ keys: [], skipTime: true, services: { ListMessageMoveTasks } });
  expect(await world.redrive()).toMatchObject({ status: 'RUNNING', reason: expect.stringContaining('redrive again') });
});

describe.each([
  ['at once', 100],
  ['between looks', 2],
])('messages are moved %s', (_, perLook) => {
  const redriven = async (killAt?: number) => {
    const queue = new DeadLetterQueue(perLook);
    const { services } = queue;
    const world = new ReplayWorld({ keys: [], skipTime: true, services, ...(killAt !== undefined && { killAt }) });
    return { queue, world, summary: await world.redrive() };
  };

  test('killed before and after each request and checkpoint, none is lost, and none is moved more than twice', async () => {
    const undisturbed = await redriven();
    expect(undisturbed.summary).toEqual({ from: 'dead-letter-queue', status: 'COMPLETED', moved: 5, found: 5 });
    expect(undisturbed.queue.moved).toEqual(LETTERS);
    const { turns } = undisturbed.world;
    expect(turns.filter((label) => label.includes('StartMessageMoveTask'))).toHaveLength(2);
    expect(turns.filter((label) => label.includes('checkpoint')).length).toBeGreaterThanOrEqual(4);
    await pMap(
      [...turns.keys()],
      async (index) => {
        const story = `killed at turn ${index + 1}, "${turns[index]}"`;
        const { queue: sqs, world, summary } = await redriven(index + 1);
        expect(world.execution!.status, story).toBe('SUCCEEDED');
        expect(summary.status, story).toBe('COMPLETED');
        expect(new Set(sqs.moved), story).toEqual(new Set(LETTERS));
        expect(sqs.dead, story).toEqual([HOPELESS]);
        for (const letter of LETTERS) {
          expect(sqs.moved.filter((each) => each === letter).length, story).toBeLessThanOrEqual(2);
        }
      },
      { concurrency: AT_ONCE },
    );
  });
});
