import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { BodyTap } from '../../../../functions/transfer/body-tap.ts';

describe('the tap', () => {
  const CHUNKS = [Buffer.from('123'), Buffer.from('456'), Buffer.from('789')];
  const fed = (tap: BodyTap, chunks: Buffer[]) => {
    for (const chunk of chunks) tap.write(chunk);
    tap.end();
    return tap;
  };

  test.each<[string, Buffer[]]>([
    ['several', CHUNKS],
    ['one', [Buffer.from('123456789')]],
  ])('lets bytes pass as the buffers they are: %s', async (_, chunks) => {
    const tap = new BodyTap({ digest: 'SHA256' });
    const passed: Buffer[] = [];
    tap.on('data', (chunk: Buffer) => passed.push(chunk));
    const ended = once(tap, 'end');
    fed(tap, chunks);
    await ended;
    expect(passed.map((chunk) => chunks.indexOf(chunk))).toEqual([...chunks.keys()]);
    const digest = createHash('sha256').update('123456789').digest('base64');
    expect(tap.passed).toEqual({ crc: 0xcbf43926, lengthBytes: 9, digest });
  });

  test('lets nothing pass as well', async () => {
    const tap = fed(new BodyTap({ digest: 'MD5' }), []);
    expect(await tap.toArray()).toEqual([]);
    expect(tap.passed).toMatchObject({ crc: 0, lengthBytes: 0, digest: '1B2M2Y8AsgTpgAmY7PhCfg==' });
  });

  test('keeps the last of what is not right to itself', async () => {
    const tap = new BodyTap({
      digest: 'MD5',
      check: () => {
        throw new Error('other bytes');
      },
    });
    const passed: Buffer[] = [];
    tap.on('data', (chunk: Buffer) => passed.push(chunk));
    const broken = once(tap, 'error');
    fed(tap, CHUNKS);
    expect((await broken)[0]).toMatchObject({ message: 'other bytes' });
    expect(Buffer.concat(passed).toString()).toBe('123456');
  });
});
