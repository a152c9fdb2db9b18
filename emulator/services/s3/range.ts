/** Ranges of bytes, of a read and of a copied part. */
import { ApiError } from '../../core/api.ts';
import { invalidArgument } from './errors.ts';

/** Both ends are part of the range. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The Range header of a GET. As on S3, a header that can't be understood, or asks for several ranges, is as good as none.
 * @throws ApiError `InvalidRange` (416) when no byte of the object lies in the range
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first, last] = match;
  if (first === '') {
    const suffixBytes = Number(last);
    if (suffixBytes === 0 || sizeBytes === 0) throw unsatisfiable(header!, sizeBytes);
    return { start: Math.max(0, sizeBytes - suffixBytes), end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes - 1 : Number(last);
  if (last !== '' && end < start) return undefined;
  if (start >= sizeBytes) throw unsatisfiable(header!, sizeBytes);
  return { start, end: Math.min(end, sizeBytes - 1) };
}

function unsatisfiable(header: string, sizeBytes: number): ApiError {
  return new ApiError('InvalidRange', 416, 'The requested range is not satisfiable', {
    RangeRequested: header,
    ActualObjectSize: String(sizeBytes),
  });
}

/**
 * x-amz-copy-source-range: unlike Range it must name both ends and lie within the source.
 * @throws ApiError `InvalidArgument`
 */
export function parseCopyRange(header: string, sizeBytes: number): ByteRange {
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  const name = 'x-amz-copy-source-range';
  if (!match) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      name,
      header,
    );
  }
  const range = { start: Number(match[1]), end: Number(match[2]) };
  if (range.start > range.end || range.end >= sizeBytes) {
    throw invalidArgument(`Range specified is not valid for source object of size: ${sizeBytes}`, name, header);
  }
  return range;
}
