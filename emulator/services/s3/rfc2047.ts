/**
 * Header values beyond ASCII. S3 decodes encoded words (RFC 2047) before it stores metadata and encodes again when it answers:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata
 */

const ENCODED_WORD = /=\?([^?\s]+)\?([bBqQ])\?([^?\s]*)\?=/g;
/** Whitespace between two encoded words is not part of the text. */
const GAP_BETWEEN_WORDS = /(\?=)\s+(=\?)/g;

/** @param value as Node gives it: one character per byte */
export function decodeHeaderValue(value: string): string {
  return utf8OrLatin1(value)
    .replace(GAP_BETWEEN_WORDS, '$1$2')
    .replace(ENCODED_WORD, (word, charset: string, encoding: string, text: string) => {
      const bytes = encoding.toUpperCase() === 'B' ? Buffer.from(text, 'base64') : decodeQ(text);
      try {
        return new TextDecoder(charset, { fatal: true }).decode(bytes);
      } catch {
        return word;
      }
    });
}

export function encodeHeaderValue(value: string): string {
  // Anything but printable ASCII can't stand in a header; the encoded form of text that looks encoded survives decoding.
  if (/^[\x20-\x7e]*$/.test(value) && value.search(ENCODED_WORD) === -1) return value;
  return `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;
}

function decodeQ(text: string): Buffer {
  const latin1 = text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}

function utf8OrLatin1(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}
