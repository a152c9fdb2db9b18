/** relay-large dies after it has sent CompleteMultipartUpload, the source is overwritten, and the completion takes effect late. */
import { describe, expect, test } from 'vitest';
import type { VersionHint } from '../../../functions/request/relay-request.ts';
import { s3Error } from '../../model/exploration/s3-error.ts';
import { LargeWorld } from '../../model/large/large-world.ts';

const PAUSE_SECONDS = 1;

/** @param killTurn of relay-large, counted over all its invocations; 0 is never */
async function story(killTurn: number) {
  let land: (() => unknown) | undefined;
  let isBeingCompleted: string | undefined;
  const handedBack: { afterSeconds: number | undefined; uncertain: string | undefined }[] = [];
  const world: LargeWorld = new LargeWorld({
    ...(killTurn > 0 && { kill: { who: 'relay-large' as const, turn: killTurn } }),
    services: (services) => ({
      ...services,
      CompleteMultipartUpload(input) {
        // The upload is being completed, and no longer there for anybody else.
        if (input.UploadId === isBeingCompleted) throw s3Error(404, 'NoSuchUpload');
        if (killTurn === 0 || world.source.newest('k')?.versionId !== 'v1')
          return services.CompleteMultipartUpload(input);
        // Its sender dies now; S3 may take several minutes: API_CompleteMultipartUpload.
        land = () => services.CompleteMultipartUpload(input);
        world.upload('B'.repeat(20));
        isBeingCompleted = input.UploadId;
        return { ETag: '"never seen"' };
      },
      SendMessage(input) {
        const uncertain = input.MessageAttributes?.['Uncertain']?.StringValue;
        handedBack.push({ afterSeconds: input.DelaySeconds, uncertain });
        land?.();
        land = undefined;
        return services.SendMessage(input);
      },
    }),
  });
  world.upload('AAA'.repeat(10));
  await world.relay();
  return { world, handedBack };
}

test('what was overwritten just before it was completed is handed back with the doubt that it may have taken a newer one’s place', async () => {
  const uncertain: (string | undefined)[] = [];
  const world: LargeWorld = new LargeWorld({
    services: (services) => ({
      ...services,
      CompleteMultipartUpload(input) {
        if (world.source.newest('k')?.versionId === 'v1') world.upload('B'.repeat(20));
        return services.CompleteMultipartUpload(input);
      },
      SendMessage(input) {
        uncertain.push(input.MessageAttributes?.['Uncertain']?.StringValue);
        return services.SendMessage(input);
      },
    }),
  });
  world.upload('AAA'.repeat(10));
  await world.relay();
  expect(uncertain).toEqual(['yes']);
  expect(world.destination.letters('k')).toBe('B'.repeat(20));
});

test.each([
  ['is no failure', false, []],
  ['is handed back where something else may have been written', true, ['yes']],
])('an object that was delivered and is gone before it looks %s', async (_, isUncertain, handedBack) => {
  const sent: { queue: string | undefined; uncertain: string | undefined }[] = [];
  const world: LargeWorld = new LargeWorld({
    services: (services) => ({
      ...services,
      SendMessage(input) {
        sent.push({ queue: input.QueueUrl, uncertain: input.MessageAttributes?.['Uncertain']?.StringValue });
        return {};
      },
    }),
  });
  world.upload('AAA'.repeat(10));
  await world.relay();
  world.source.delete('k', false);
  await world.relay({ route: 'main', key: 'k', ...(isUncertain && { isUncertain }) });
  expect(sent).toEqual(handedBack.map((uncertain) => ({ queue: 'queue', uncertain })));
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'delivered' });
});

test('what it has written over a delivery of unknown age, of a source that is deleted then, is for account B to order', async () => {
  const sent: string[] = [];
  const world: LargeWorld = new LargeWorld({
    services: (services) => ({
      ...services,
      CompleteMultipartUpload(input) {
        const answer = services.CompleteMultipartUpload(input);
        if (world.source.newest('k')?.versionId === 'v2') world.source.delete('k', false);
        return answer;
      },
      SendMessage(input) {
        sent.push(`${input.QueueUrl}: ${input.MessageAttributes?.['ErrorMessage']?.StringValue}`);
        return services.SendMessage(input);
      },
    }),
  });
  world.upload('AAA'.repeat(10));
  await world.relay();
  world.upload('B'.repeat(20));
  await world.relay({ route: 'main', key: 'k', hint: { versionId: 'v2', sequencer: '02' } });
  expect(world.destination.letters('k')).toBe('B'.repeat(20));
  // Whoever goes by the ledger's item alone writes the older one over it.
  expect(sent).toEqual([
    expect.stringMatching(/^dead-letter-queue: .*version v1.* version v2, of which nobody can tell/),
  ]);
  expect(world.queue.deadLetters).toMatchObject([{ key: 'k', code: 'Superseded' }]);
});

/** The source is deleted when v2 has been completed. @param onBegun called when v2's upload has begun */
async function deletedAfterV2(hint: VersionHint | undefined, onBegun: (world: LargeWorld, again: () => void) => void) {
  const reasons: (string | undefined)[] = [];
  let again: () => void;
  const world: LargeWorld = new LargeWorld({
    services: (services) => ({
      ...services,
      CreateMultipartUpload(input) {
        const answer = services.CreateMultipartUpload(input);
        if (world.source.newest('k')?.versionId === 'v2') onBegun(world, again);
        return answer;
      },
      CompleteMultipartUpload(input) {
        const answer = services.CompleteMultipartUpload(input);
        if (world.source.newest('k')?.versionId === 'v2') world.source.delete('k', false);
        return answer;
      },
      PutItem(input) {
        const { ConditionExpression: _, ...unconditional } = input;
        const startedAt = () => ({ startedAt: { S: new Date(world.nowMs).toISOString() } });
        if (input.Item?.['status'])
          again ??= () => services.PutItem({ ...unconditional, Item: { ...input.Item, ...startedAt() } });
        return services.PutItem(input);
      },
      SendMessage(input) {
        reasons.push(input.MessageAttributes?.['ErrorMessage']?.StringValue);
        return services.SendMessage(input);
      },
    }),
  });
  world.upload('AAA'.repeat(10));
  await world.relay({ route: 'main', key: 'k', hint: { versionId: 'v1', sequencer: '01' } });
  world.nowMs += 1000;
  world.upload('B'.repeat(20));
  await world.relay({ route: 'main', key: 'k', hint });
  return { world, reasons };
}

test('what was recorded before it looked is older than what it saw: that gives way, though no message tells the order', async () => {
  const { world, reasons } = await deletedAfterV2(undefined, () => undefined);
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'delivered', sourceVersionId: 'v2' });
  expect(reasons).toEqual([]);
});

test('an older version that was written since its upload began may be what a bucket without versions shows: account B is told', async () => {
  const { reasons } = await deletedAfterV2({ versionId: 'v2', sequencer: '02' }, (world, again) => {
    world.nowMs += 1000;
    again();
    world.nowMs += 1000;
  });
  expect(reasons).toEqual([expect.stringMatching(/should hold .*version v2, and may hold version v1/)]);
});

test('what it hands back waits until its completion can’t be under way any longer, and says that it may have been', async () => {
  const { world: undisturbed, handedBack: nothing } = await story(0);
  expect(nothing).toEqual([]);
  const turns = undisturbed.turns['relay-large'];
  const answered = turns.findIndex((label) => label.includes('is answered CompleteMultipartUpload')) + 1;
  expect(answered).toBeGreaterThan(0);
  const { world, handedBack } = await story(answered);
  expect(handedBack[0]!.afterSeconds).toBeGreaterThanOrEqual(PAUSE_SECONDS);
  expect(handedBack[0]!.uncertain).toBe('yes');
  expect(world.destination.letters('k')).toBe('B'.repeat(20));
  expect(world.ledger.item('main/k')).toMatchObject({ status: 'delivered', sourceVersionId: 'v2' });
});

describe('a part that its own late first try has replaced', () => {
  /** @param times that the completion finds another part than it names */
  async function replaced(times: number): Promise<LargeWorld> {
    let refused = 0;
    const world = new LargeWorld({
      services: (services) => ({
        ...services,
        CompleteMultipartUpload(input) {
          if (refused++ < times) throw s3Error(400, 'InvalidPart');
          return services.CompleteMultipartUpload(input);
        },
      }),
    });
    world.upload('AAA'.repeat(10));
    await world.relay();
    return world;
  }

  test('has the upload begun afresh', async () => {
    const world = await replaced(1);
    expect(world.destination.letters('k')).toBe('AAA'.repeat(10));
    expect(world.ledger.item('main/k')).toMatchObject({ status: 'delivered', attempts: '2' });
    expect(new Set(world.sentParts.map((part) => part.split('/')[0])).size).toBe(2);
  });

  test('does so three times at the most: then it is recorded, and lies in the dead-letter queue', async () => {
    const world = await replaced(Number.POSITIVE_INFINITY);
    expect(world.executions).toHaveLength(3);
    expect(world.ledger.item('main/k')).toMatchObject({ status: 'failed', reasonCode: 'UploadGone', attempts: '3' });
    expect(world.queue.deadLetters).toMatchObject([{ key: 'k', code: 'UploadGone' }]);
  });
});
