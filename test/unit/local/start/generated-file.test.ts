import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateFile } from '../../../../local/start/generated-file.ts';

test('the generated file is the same on every run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-generated-'));
  const digests = [];
  for (const name of ['first', 'second']) {
    await generateFile(join(folder, name), 3 * 1024 ** 2 + 1);
    const bytes = await readFile(join(folder, name));
    expect(bytes.length).toBe(3 * 1024 ** 2 + 1);
    digests.push(createHash('sha256').update(bytes).digest('hex'));
  }
  await rm(folder, { recursive: true });
  expect(digests[0]).toBe(digests[1]);
});
