/**
 * Bytes that say where they belong: each aligned run of 16 names the upload that it is from and its place in it,
 * both twice, so that a splice of two uploads can be told from mere damage.
 */
const BLOCK_BYTES = 16;
const WORDS_PER_BLOCK = 4;
const MASK = 0xa5a5a5a5;

export function contentOf(upload: number, sizeBytes: number): Buffer {
  const blocks = Math.ceil(sizeBytes / BLOCK_BYTES);
  const words = new Uint32Array(blocks * WORDS_PER_BLOCK);
  for (let block = 0; block < blocks; block++) {
    const first = block * WORDS_PER_BLOCK;
    words[first] = upload;
    words[first + 1] = upload ^ MASK;
    words[first + 2] = block;
    words[first + 3] = block ^ MASK;
  }
  return Buffer.from(words.buffer, 0, sizeBytes);
}

/** The uploads that whole blocks are from; undefined when any block is damaged or not in its place. */
export function uploadsIn(bytes: Buffer): Set<number> | undefined {
  const aligned = new Uint8Array(bytes);
  const blocks = Math.floor(bytes.length / BLOCK_BYTES);
  const words = new Uint32Array(aligned.buffer, 0, blocks * WORDS_PER_BLOCK);
  const uploads = new Set<number>();
  for (let block = 0; block < blocks; block++) {
    const [upload, uploadAgain, place, placeAgain] = words.subarray(block * WORDS_PER_BLOCK);
    const isSound = (upload! ^ MASK) >>> 0 === uploadAgain && place === block && (block ^ MASK) >>> 0 === placeAgain;
    if (!isSound) return undefined;
    uploads.add(upload!);
  }
  return uploads;
}
