/** Files on this machine or in S3, by one name. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { UserError } from '../../cli/terminal/user-error.ts';

const IN_S3 = /^s3:\/\/([^/]+)\/(.+)$/s;
const S3_SCHEME = 's3://';

/** @throws UserError when it can't be read */
export async function open(s3: S3Client, place: string): Promise<Readable> {
  const [, Bucket, Key] = IN_S3.exec(place) ?? [];
  if (Bucket === undefined && place.startsWith(S3_SCHEME)) {
    throw new UserError(`${place} names no object: it must be s3://BUCKET/KEY.`);
  }
  try {
    if (Bucket !== undefined) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: Key! }));
      return Body as Readable;
    }
    if ((await stat(place)).isDirectory()) throw new Error('it is a folder');
    const file = createReadStream(place);
    await new Promise((resolve, reject) => file.once('open', resolve).once('error', reject));
    return file;
  } catch (error) {
    throw new UserError(`${place} can't be read: ${reasonOf(error)}`);
  }
}

/** @throws UserError when it can't be read, or is no JSON */
export async function readJson(s3: S3Client, place: string): Promise<unknown> {
  const json = await text(await open(s3, place));
  try {
    return JSON.parse(json);
  } catch {
    throw new UserError(`${place} is no JSON.`);
  }
}

/** @returns where a file is that lies in the same folder */
export function beside(place: string, name: string): string {
  return place.slice(0, place.lastIndexOf('/') + 1) + name;
}

/** One sentence, without a stack. */
export function reasonOf(error: unknown): string {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  // The answer to a HEAD request has no body, so no code and no sentence.
  if (message === 'UnknownError') return `HTTP ${$metadata?.httpStatusCode}`;
  return name === 'Error' ? message : `${name}: ${message}`;
}
