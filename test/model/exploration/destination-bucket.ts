import { checksumOf } from './content.ts';
import { s3Error } from './s3-error.ts';

/**
 * Which of two writes is the newer one. In a bucket without versions a multipart upload may count from when it was begun:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export type MultipartOrder = 'completed' | 'initiated';

interface MultipartUpload {
  key: string;
  metadata: string;
  initiated: number;
  parts: Map<number, string>;
}

/** What a reader finds under a key. */
export interface Shown {
  letters: string;
  metadata: string;
}

/** The bucket that is relayed to. It verifies checksums, and remembers all it ever showed. */
export class DestinationBucket {
  /** Everything a reader could have seen. */
  readonly shown: { key: string; letters: string }[] = [];
  readonly #order: MultipartOrder;
  readonly #objects = new Map<string, Shown & { order: number }>();
  readonly #uploads = new Map<string, MultipartUpload>();
  readonly #completed = new Map<string, { numbers: string; letters: string }>();
  #clock = 0;

  constructor(order: MultipartOrder) {
    this.#order = order;
  }

  letters(key: string): string | undefined {
    return this.#objects.get(key)?.letters;
  }

  metadata(key: string): string | undefined {
    return this.#objects.get(key)?.metadata;
  }

  put(key: string, shown: Shown, checksum: string | undefined): void {
    this.#store(key, shown, checksum, ++this.#clock);
  }

  createUpload(key: string, metadata: string): string {
    const initiated = ++this.#clock;
    const uploadId = `upload-${initiated}`;
    this.#uploads.set(uploadId, { key, metadata, initiated, parts: new Map() });
    return uploadId;
  }

  putPart(uploadId: string, number: number, letters: string): void {
    this.#upload(uploadId).parts.set(number, letters);
  }

  /** A completion that was done is answered again, and does nothing. @returns the letters of the whole object */
  completeUpload(uploadId: string, numbers: number[], checksum: string | undefined): string {
    const completed = this.#completed.get(uploadId);
    if (completed?.numbers === numbers.join()) return completed.letters;
    const { key, metadata, initiated, parts } = this.#upload(uploadId);
    const letters = numbers.map((number) => parts.get(number) ?? missing(number)).join('');
    this.#store(key, { letters, metadata }, checksum, this.#order === 'initiated' ? initiated : ++this.#clock);
    this.#uploads.delete(uploadId);
    this.#completed.set(uploadId, { numbers: numbers.join(), letters });
    return letters;
  }

  #store(key: string, { letters, metadata }: Shown, checksum: string | undefined, order: number): void {
    if (checksum !== undefined && checksum !== checksumOf(letters)) throw s3Error(400, 'BadDigest');
    if (order < (this.#objects.get(key)?.order ?? 0)) return;
    this.#objects.set(key, { letters, metadata, order });
    this.shown.push({ key, letters });
  }

  #upload(uploadId: string): MultipartUpload {
    const upload = this.#uploads.get(uploadId);
    if (!upload) throw s3Error(404, 'NoSuchUpload');
    return upload;
  }
}

function missing(number: number): never {
  throw s3Error(400, `InvalidPart: ${number}`);
}
