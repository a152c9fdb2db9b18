/** Writes a file of a given size. */
import { createCipheriv } from 'node:crypto';
import { open } from 'node:fs/promises';

const CHUNK_BYTES = 1024 ** 2;

/** Writes a file of the given size whose bytes look random but are the same on every run. */
export async function generateFile(path: string, sizeBytes: number): Promise<void> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
  const zeros = Buffer.alloc(CHUNK_BYTES);
  const file = await open(path, 'w');
  try {
    for (let written = 0; written < sizeBytes; written += CHUNK_BYTES) {
      await file.write(cipher.update(zeros.subarray(0, Math.min(CHUNK_BYTES, sizeBytes - written))));
    }
  } finally {
    await file.close();
  }
}
