import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ChunkSigner } from '../../../../../core/api.ts';
import { AwsChunkedDecoder, type AwsChunkedOptions } from '../../../../../services/s3/body/aws-chunked.ts';

const BIG = 'x'.repeat(8192);
const TRAILER = 'x-amz-checksum-crc32:AAAAAA==';

function decode(body: string, options: AwsChunkedOptions, cut = 0): { data: string; trailers: Map<string, string> } {
  const bytes = Buffer.from(body, 'latin1');
  const decoder = new AwsChunkedDecoder(options);
  const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap((piece) => decoder.push(piece));
  decoder.end();
  return { data: Buffer.concat(pieces).toString('latin1'), trailers: decoder.trailers };
}

/** Signs with the place in the chain, so that a chunk out of order shows. */
function toySigner(): ChunkSigner {
  let place = 0;
  const sign = (sha256Hex: string) => sha256(`${place++}:${sha256Hex}`);
  return { chunk: sign, trailer: sign };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function signed(chunks: string[], trailerLine?: string): string {
  const signer = toySigner();
  const framed = [...chunks, ''].map((chunk) => {
    const head = `${chunk.length.toString(16)};chunk-signature=${signer.chunk(sha256(chunk))}\r\n`;
    return chunk === '' ? head : `${head}${chunk}\r\n`;
  });
  if (trailerLine === undefined) return `${framed.join('')}\r\n`;
  const signature = signer.trailer(sha256(`${trailerLine}\n`));
  return `${framed.join('')}${trailerLine}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`;
}

describe('aws-chunked bodies', () => {
  test('a body reads the same wherever the network cuts it', () => {
    const unsignedBody = `2000\r\n${BIG}\r\n3\r\nabc\r\n0\r\n${TRAILER}\r\n\r\n`;
    const signedBody = signed([BIG, 'abc'], TRAILER);
    for (let cut = 0; cut <= signedBody.length; cut++) {
      const result = decode(signedBody, { signer: toySigner(), trailer: true }, cut);
      expect(result.data === `${BIG}abc` && result.trailers.get('x-amz-checksum-crc32') === 'AAAAAA==').toBe(true);
    }
    for (let cut = 0; cut <= unsignedBody.length; cut++) {
      const result = decode(unsignedBody, { trailer: true }, cut);
      expect(result.data === `${BIG}abc` && result.trailers.size === 1).toBe(true);
    }
  });

  test('an empty body has no data and still its trailer', () => {
    expect(decode(`0\r\n${TRAILER}\r\n\r\n`, { trailer: true })).toMatchObject({ data: '' });
    expect(decode(signed([]), { signer: toySigner(), trailer: false }).data).toBe('');
  });

  test("AWS's own form of a signed trailer, with a bare line feed and a blank line, is understood", () => {
    const body = signed(['abc'], TRAILER).replace(`${TRAILER}\r\n`, `${TRAILER}\n\r\n`);
    expect(decode(body, { signer: toySigner(), trailer: true }).trailers.size).toBe(1);
  });

  test('minio-go ends a trailer by a bare line feed and two blank lines', () => {
    const unsignedBody = `3\r\nabc\r\n0\r\n${TRAILER}\n\r\n\r\n`;
    for (let cut = 0; cut <= unsignedBody.length; cut++) {
      expect(decode(unsignedBody, { trailer: true }, cut)).toMatchObject({ data: 'abc', trailers: { size: 1 } });
    }
    const signedBody = signed(['abc'], TRAILER).replace(`${TRAILER}\r\n`, `${TRAILER}\n\r\n`);
    expect(decode(signedBody, { signer: toySigner(), trailer: true }).data).toBe('abc');
  });

  test.each([
    ['nothing at all', ''],
    ['no last chunk', '3\r\nabc\r\n'],
    ['half a chunk', '3\r\nab'],
    ['no end of the trailer', `3\r\nabc\r\n0\r\n${TRAILER}\r\n`],
    ['no blank line', '3\r\nabc\r\n0\r\n'],
  ])('a body that stops early (%s) is incomplete', (_, body) => {
    expect(() => decode(body, { trailer: true })).toThrow(expect.objectContaining({ code: 'IncompleteBody' }));
  });

  test.each([
    ['a size that is not hexadecimal', 'zz\r\nabc\r\n0\r\n\r\n', 'IncompleteBody'],
    ['a negative size', '-3\r\nabc\r\n0\r\n\r\n', 'IncompleteBody'],
    ['an unknown extension', '3;mode=fast\r\nabc\r\n0\r\n\r\n', 'IncompleteBody'],
    ['more data than the size says', '3\r\nabcd\r\n0\r\n\r\n', 'IncompleteBody'],
    ['a bare line feed after a size', '3\nabc\r\n0\r\n\r\n', 'IncompleteBody'],
    ['bytes behind the end', '3\r\nabc\r\n0\r\n\r\nmore', 'IncompleteBody'],
    ['a line behind the end', '3\r\nabc\r\n0\r\n\r\nmore\r\n', 'IncompleteBody'],
    ['a third blank line', '3\r\nabc\r\n0\r\n\r\n\r\n\r\n', 'IncompleteBody'],
    ['an endless size line', '0'.repeat(2000), 'IncompleteBody'],
    ['a small chunk before the last', '3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n', 'InvalidChunkSizeError'],
    ['a trailer without a colon', '0\r\nnonsense\r\n\r\n', 'MalformedTrailerError'],
    ['a trailer twice', `0\r\n${TRAILER}\r\n${TRAILER}\r\n\r\n`, 'MalformedTrailerError'],
  ])('%s is refused', (_, body, code) => {
    expect(() => decode(body, { trailer: true })).toThrow(expect.objectContaining({ code }));
  });

  test('a trailer is refused where none was signed for', () => {
    const body = signed(['abc'], TRAILER);
    const options = { signer: toySigner(), trailer: false };
    expect(() => decode(body, options)).toThrow(expect.objectContaining({ code: 'MalformedTrailerError' }));
  });

  test.each([
    ['a changed byte', signed(['abc']).replace('abc', 'abd')],
    ['chunks in another order', swapChunks()],
    ['a chunk without a signature', '3\r\nabc\r\n0\r\n\r\n'],
    ['a changed trailer', signed(['abc'], TRAILER).replace('AAAAAA==', 'AAAAAQ==')],
    [
      'a trailer whose signature is wrong',
      signed(['abc'], TRAILER).replace(/(signature:).{64}/, `$1${'0'.repeat(64)}`),
    ],
  ])('%s breaks the signature', (_, body) => {
    const options = { signer: toySigner(), trailer: body.includes('checksum') };
    expect(() => decode(body, options)).toThrow(expect.objectContaining({ code: 'SignatureDoesNotMatch' }));
  });

  function swapChunks(): string {
    const [first, second] = ['a'.repeat(8192), 'b'.repeat(8192)];
    return signed([first, second]).replace(first, '?').replace(second, first).replace('?', second);
  }
});
