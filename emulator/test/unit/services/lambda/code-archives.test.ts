import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { CodeArchives } from '../../../../services/lambda/code-archives.ts';
import type { S3Service } from '../../../../services/s3/service.ts';

describe('an archive of code', () => {
  const unpack = async (files: Record<string, string> | undefined, use: (folder: string) => void = () => undefined) => {
    const bytes = files && zipSync(Object.fromEntries(Object.entries(files).map(([name, it]) => [name, strToU8(it)])));
    const s3 = { readObject: async () => Buffer.from(bytes ?? 'no archive') } as unknown as S3Service;
    const folder = mkdtempSync(join(tmpdir(), 'code-'));
    try {
      use((await new CodeArchives({ s3, folder }).unpack('b', 'k')).folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test('is unpacked with its folders', async () => {
    await unpack({ 'index.mjs': 'a', 'lib/b.mjs': 'b' }, (folder) => {
      expect(readFileSync(join(folder, 'lib/b.mjs'), 'utf8')).toBe('b');
    });
  });

  test.each(['../outside.mjs', 'a/../../outside.mjs', '/outside.mjs'])('with %s is refused', async (name) => {
    await expect(unpack({ [name]: 'x' })).rejects.toThrow(`The archive names a file outside of it: ${name}`);
  });

  test('that is none is refused', async () => {
    await expect(unpack(undefined)).rejects.toThrow('Could not unzip uploaded file');
  });
});
