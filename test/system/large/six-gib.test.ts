/** More than one invocation could ever move, shared out among workers, one of which dies on the way. */
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Faults } from '../../../emulator/index.ts';
import { executions, PART_LOG_GROUP, putSparse } from '../../support/large.ts';
import { IS_SWEEP } from '../../support/sweep.ts';
import {
  changeSettings,
  DESTINATION_BUCKET,
  NO_PAUSES,
  PREFIX,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const GIB = 1024 ** 3;
/** A worker takes a group of parts. */
const GROUP_PARTS = 16;
/** Of 64 MiB each; the suite has a group and a begun one, the sweep 6 GiB. */
const PARTS = IS_SWEEP ? 96 : 20;
const SIZE_GIB = PARTS / GROUP_PARTS;
const SIZE = SIZE_GIB * GIB;
/** When all workers are at it. */
const NTH_PART = 10;
const PATIENCE_MS = 540_000;

let world: TwoAccounts;
const faults = new Faults({ seed: 1 });

beforeAll(async () => {
  world = await startTwoAccounts({
    change: (stacks) => changeSettings(stacks, { largeObjectBytes: GIB, largeWorkers: 3, ...NO_PAUSES }),
    faults,
  });
});

afterAll(async () => {
  expect(world.cloud.unexpectedErrors).toEqual([]);
  await world.close();
});

test(
  `${SIZE_GIB} GiB arrive by several workers although one is killed in the middle, and the destination’s checksum is the source’s`,
  async () => {
    const kill = faults.add({
      name: 'kill a worker',
      match: { operation: 'UploadPart' },
      when: { nth: NTH_PART },
      fault: { kind: 'kill-caller', after: true },
    });
    const version = await putSparse(world, 'six-gib', SIZE);
    const { execution } = await started();
    await execution.closed;
    expect(execution.status).toBe('SUCCEEDED');
    expect(kill.injected).toBe(1);

    const head = new HeadObjectCommand({
      Bucket: DESTINATION_BUCKET,
      Key: `${PREFIX}six-gib`,
      ChecksumMode: 'ENABLED',
    });
    expect(await world.b.s3.send(head)).toMatchObject({
      ContentLength: SIZE,
      ChecksumCRC64NVME: (version as { checksum: { value: string } }).checksum.value,
      ChecksumType: 'FULL_OBJECT',
    });
    expect(await world.ledgerItem('six-gib')).toMatchObject({
      status: 'delivered',
      transferKind: 'large',
      parts: `${PARTS}`,
    });
    // A group for each GiB, finished once; the dead worker said nothing.
    const finished = world.cloud.logs.lines(PART_LOG_GROUP).filter((line) => line.includes('parts sent'));
    expect(finished.map((line) => Number(JSON.parse(line).first)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: Math.ceil(SIZE_GIB) }, (_, index) => index * GROUP_PARTS + 1),
    );
  },
  PATIENCE_MS,
);

async function started() {
  for (;;) {
    const [execution] = executions(world);
    if (execution) return { execution };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
