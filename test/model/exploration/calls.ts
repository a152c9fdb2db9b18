import { relayBatchJob } from '../../../functions/doors/batch-job.ts';
import { relayKeys } from '../../../functions/doors/manual.ts';
import type { Invocations } from './invocations.ts';
import { Life } from './life.ts';
import type { Call } from './scenario.ts';
import type { World } from './world.ts';

/** S3 Batch Operations gives a task up, too. */
const BATCH_TRIES = 3;

/** The doors that no message comes through; who calls lives to the end. */
export async function callAll(world: World, invocations: Invocations): Promise<void> {
  await Promise.all(world.scenario.calls.map((call, index) => answer(world, invocations, call, `call ${index + 1}`)));
}

async function answer(world: World, invocations: Invocations, { door, key }: Call, name: string): Promise<void> {
  const life = new Life(world.timeline, { name, onTurn: async () => undefined });
  await life.turn(`asks for ${key} ${door}`);
  life.tell(`asks for ${key} ${door}`);
  if (door === 'by hand') {
    await relayKeys(invocations.invocation(life), { key }).catch((error: Error) => life.tell(error.message));
    return;
  }
  const tasks = [{ taskId: name, s3Key: key, s3Bucket: 'uploads' }];
  const job = { invocationSchemaVersion: '2.0', invocationId: name, tasks };
  for (let tried = 1; tried <= BATCH_TRIES; tried++) {
    const { results } = await relayBatchJob(invocations.invocation(life), job);
    life.tell(`${results[0]?.resultCode} ${results[0]?.resultString}`);
    if (results[0]?.resultCode !== 'TemporaryFailure') return;
  }
}
