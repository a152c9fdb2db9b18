import type { ObjectCreated, S3Service } from '../../emulator/index.ts';
import { UPLOAD_METADATA } from './uploads.ts';

/** An upload that has become visible at the source. */
export interface Landed {
  /** Of the upload; a write that was repeated lands several times. */
  number: number;
  versionId: string | undefined;
  /** Without quotes. */
  eTag: string;
}

/** As much of a receipt, or of the ledger's item, as tells what was delivered and how it was proved. */
export interface Delivery extends Omit<Landed, 'number'> {
  origin: string | undefined;
}

/** What has happened, as S3 knows it and the relay's log tells it: by it the auditor judges what has come of it. */
export class Observed {
  readonly #landed = new Map<string, Landed[]>();
  readonly #delivered = new Map<string, Delivery[]>();

  /** Called in the very step in which the object becomes visible. */
  noteObject({ bucket, key, versionId, eTag }: ObjectCreated, s3: S3Service): void {
    const number = Number(s3.bucket(bucket).current(key)?.metadata.user.get(UPLOAD_METADATA));
    add(this.#landed, key, { number, versionId, eTag });
  }

  /** A line of the relay or of relay-large, which log each delivery. */
  noteLine(text: string): void {
    if (!text.includes('"relayed"')) return;
    const { message, key, version, proof } = JSON.parse(text) as LoggedDelivery;
    if (message !== 'relayed') return;
    // It names the version by its id or, without versions, by its ETag.
    add(this.#delivered, key, { versionId: version, eTag: version.replaceAll('"', ''), origin: proof });
  }

  /** In the order in which they landed, the newest last. */
  landed(key: string): readonly Landed[] {
    return this.#landed.get(key) ?? [];
  }

  delivered(key: string): readonly Delivery[] {
    return this.#delivered.get(key) ?? [];
  }
}

interface LoggedDelivery {
  message: string;
  key: string;
  version: string;
  proof: string;
}

/** Without versions two uploads of the same bytes look alike. */
export function isOf({ versionId, eTag }: Landed, delivery: Omit<Delivery, 'origin'>): boolean {
  return versionId === undefined ? eTag === delivery.eTag : versionId === delivery.versionId;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const present = map.get(key);
  if (present) present.push(value);
  else map.set(key, [value]);
}
