import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandInput } from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import type { SourceObject } from '../source-object.ts';
import { sourceFailure } from './failures.ts';
import type { SourceState } from './source-state.ts';

export interface ByteRange {
  offsetBytes: number;
  lengthBytes: number;
}

/**
 * Opens the very object that `state` describes, or a range of it: by version where there is one that may be asked for, else by
 * ETag, so that an overwrite in between gives `SourceChanged` and never bytes of two objects. The caller must read or destroy the stream.
 */
export async function openPinned(
  { s3, readsVersions }: Reader,
  source: SourceObject,
  state: SourceState,
  options: { range?: ByteRange; signal: AbortSignal },
): Promise<Readable> {
  const input: GetObjectCommandInput = { Bucket: source.bucket, Key: source.key };
  if (readsVersions && state.versionId !== undefined) input.VersionId = state.versionId;
  else input.IfMatch = state.eTag;
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
