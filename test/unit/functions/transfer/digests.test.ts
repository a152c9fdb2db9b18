import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SourceObject } from '../../../../functions/core/source-object.ts';
import { type ComparedProof, requireDigests } from '../../../../functions/transfer/digests.ts';

const SOURCE = new SourceObject('source', 'key');

describe('digests of parts', () => {
  const parts = ['a', 'b'].map((text) => createHash('sha256').update(text).digest());
  const all = createHash('sha256').update(Buffer.concat(parts)).digest('base64');
  const digests = parts.map((digest) => digest.toString('base64'));
  const proof: ComparedProof = { kind: 'compared', algorithm: 'SHA256', value: all, parts: 2, origin: 'sourceParts' };

  test('of the source are let pass', () => expect(() => requireDigests(SOURCE, proof, digests)).not.toThrow());

  test.each([
    ['in another order', digests.toReversed()],
    ['one too few', digests.slice(1)],
    ['one of other bytes', [digests[0]!, digests[0]!]],
  ])('%s are SourceCorrupt', (_, others) => {
    const corrupt = expect.objectContaining({
      code: 'SourceCorrupt',
      retryable: true,
      message: expect.stringContaining(`was ${all} when it was uploaded`),
    });
    expect(() => requireDigests(SOURCE, proof, others)).toThrow(corrupt);
  });
});
