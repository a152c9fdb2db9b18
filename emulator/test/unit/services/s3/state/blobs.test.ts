/** The bytes of objects on disk. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BlobStore } from '../../../../../services/s3/state/blobs.ts';

const MIB = 1024 ** 2;
const BLOCK_BYTES = 512;

let folder: string;
let store: BlobStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobs-'));
  store = new BlobStore(folder);
});

afterEach(() => rm(folder, { recursive: true }));

test('zeros take no room on disk, wherever they stand', async () => {
  const zeros = Buffer.alloc(3 * MIB);
  const middle = Buffer.alloc(MIB, 'x');
  const writer = await store.createWriter();
  for (const all of [zeros, middle, zeros]) {
    for (let at = 0; at < all.length; at += MIB / 4) await writer.write(all.subarray(at, at + MIB / 4));
  }
  const segments = await writer.finish();
  expect((await buffer(store.read(segments))).equals(Buffer.concat([zeros, middle, zeros]))).toBe(true);
  const { size, blocks } = await stat(segments[0]!.blob.path);
  expect(size).toBe(7 * MIB);
  expect(blocks * BLOCK_BYTES).toBeLessThan(2 * MIB);
});

test.each([0, 1, MIB - 1, MIB, MIB + 1])('%i bytes come back as they were', async (sizeBytes) => {
  const bytes = Buffer.alloc(sizeBytes);
  if (sizeBytes > 0) bytes[sizeBytes - 1] = 1;
  const writer = await store.createWriter();
  await writer.write(bytes);
  expect((await buffer(store.read(await writer.finish()))).equals(bytes)).toBe(true);
});
