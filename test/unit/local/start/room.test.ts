import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { UserError } from '../../../../cli/terminal/user-error.ts';
import { refuseLackOfRoom } from '../../../../local/start/room.ts';
import { aPlannedDelivery } from '../../../support/deliveries.ts';

const PIB = 1024 ** 5;

function aDeliveryOf(sizeBytes: number, diskBytes: number) {
  const delivery = aPlannedDelivery('large', sizeBytes);
  delivery.drop.diskBytes = diskBytes;
  return delivery;
}

test('files that don’t fit twice are told before they are uploaded', async () => {
  const refusal = refuseLackOfRoom([aDeliveryOf(PIB, PIB)], tmpdir());
  await expect(refusal).rejects.toThrow(UserError);
  await expect(refusal).rejects.toThrow(
    /^The accounts would need 2048 TiB for these files, and .* are free in .*: set TMPDIR/,
  );
});

test('the zeros of a sparse file need none', () => refuseLackOfRoom([aDeliveryOf(PIB, 0)], tmpdir()));
