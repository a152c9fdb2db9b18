import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import type { SourceObject } from '../source-object.ts';
import { sourceFailure } from './failures.ts';
import type { SourceState } from './source-state.ts';

export interface ByteRange {
  offsetBytes: number;
  lengthBytes: number;
}

/**
 * Opens the very object that `state` describes, or a range of it: by version where there is one, else by ETag, so that
 * an overwrite in between gives `SourceChanged` and never bytes of two objects. The caller must read or destroy the stream.
 */
export async function openPinned(
  s3: S3Client,
  source: SourceObject,
  state: SourceState,
  options: { range?: ByteRange; signal: AbortSignal },
): Promise<Readable> {
  const input: GetObjectCommandInput = { Bucket: source.bucket, Key: source.key };
  if (state.versionId === undefined) input.IfMatch = state.eTag;
  else input.VersionId = state.versionId;
  if (options.range) {
    const { offsetBytes, lengthBytes } = options.range;
    input.Range = `bytes=${offsetBytes}-${offsetBytes + lengthBytes - 1}`;
  }
  try {
    const { Body } = await s3.send(new GetObjectCommand(input), { abortSignal: options.signal });
    return Body as Readable;
  } catch (error) {
    throw sourceFailure(error, 'GetObject', source);
  }
}
