/** A function's code out of a bucket, as Lambda takes it: a zip archive, unpacked into a folder of its own. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import { unzipSync } from 'fflate';
import { ApiError } from '../../core/api.ts';

/** Unzipped, layers included: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024;

export interface Code {
  /** SHA-256 of the archive. */
  hash: string;
  folder: string;
}

/** What Lambda needs of S3. */
export interface ObjectReader {
  readObject(bucket: string, key: string): Promise<Buffer>;
}

export class CodeArchives {
  readonly #s3: ObjectReader;
  readonly folder: string;

  constructor({ s3, folder }: { s3: ObjectReader; folder: string }) {
    this.#s3 = s3;
    this.folder = folder;
  }

  /**
   * Copies code folders into the one that holds all code, so that they outlive where they come from.
   * @param assets code folders by asset hash; a folder's name tells its content
   */
  async adopt(assets: ReadonlyMap<string, string>): Promise<Map<string, string>> {
    const adopted = new Map<string, string>();
    await mkdir(this.folder, { recursive: true });
    for (const [hash, from] of assets) {
      const folder = join(this.folder, basename(from));
      adopted.set(hash, folder);
      if (existsSync(folder)) continue;
      // Under its name only when it is whole.
      const partly = await mkdtemp(`${folder}.partly-`);
      await cp(from, partly, { recursive: true });
      await rename(partly, folder);
    }
    return adopted;
  }

  /** @throws Error in Lambda's words for an object that isn't there, an archive that can't be read or is too large */
  async unpack(bucket: string, key: string): Promise<Code> {
    const archive = await this.#read(bucket, key);
    const hash = createHash('sha256').update(archive).digest('hex');
    const folder = join(this.folder, hash);
    const files = Object.entries(filesOf(archive)).filter(([name]) => !name.endsWith('/'));
    for (const [name, bytes] of files) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    }
    return { hash, folder };
  }

  async #read(bucket: string, key: string): Promise<Buffer> {
    try {
      return await this.#s3.readObject(bucket, key);
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      const { code, message } = cause;
      throw new Error(`Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`, {
        cause,
      });
    }
  }
}

function filesOf(archive: Buffer): Record<string, Uint8Array> {
  let sizeBytes = 0;
  const filter = ({ name, originalSize }: { name: string; originalSize: number }) => {
    sizeBytes += originalSize;
    const isOutside = normalize(name).startsWith('..') || name.startsWith('/');
    if (isOutside) throw new Error(`The archive names a file outside of it: ${name}`);
    if (sizeBytes > MAX_UNZIPPED_BYTES) {
      throw new Error(`Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`);
    }
    return true;
  };
  try {
    return unzipSync(archive, { filter });
  } catch (cause) {
    throw new Error(`Could not unzip uploaded file: ${(cause as Error).message}`, { cause });
  }
}
