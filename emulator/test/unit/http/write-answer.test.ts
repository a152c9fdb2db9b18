import type { ServerResponse } from 'node:http';
import { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { writeAnswer } from '../../../http/write-answer.ts';

/** A client that takes nothing. */
class StuckResponse extends Writable {
  writeHead(): this {
    return this;
  }

  override _write(): void {}
}

const stuckResponse = () => new StuckResponse() as unknown as ServerResponse;

test.each([
  ['before the last of its answer is sent', [Buffer.from('x')], true],
  ['in the middle of its answer', Array.from({ length: 100 }, () => Buffer.alloc(1024)), false],
])('a client that leaves %s is no failure', async (_, chunks, isReadToItsEnd) => {
  const response = stuckResponse();
  const body = Readable.from(chunks, { objectMode: false });
  const written = writeAnswer('GET', response, { status: 200, body });
  if (isReadToItsEnd) await finished(body);
  response.destroy();
  await expect(written).resolves.toBeUndefined();
});

test('a body that fails is one', async () => {
  const body = new Readable({ read: () => body.destroy(new Error('the disk is gone')) });
  await expect(writeAnswer('GET', stuckResponse(), { status: 200, body })).rejects.toThrow('the disk is gone');
});
