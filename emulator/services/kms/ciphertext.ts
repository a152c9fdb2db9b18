/** Ciphertexts: which key they are of, and what they are bound to. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { EncryptionContext } from '../../authorization/key-use.ts';
import { ApiError } from '../../core/api.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 2;

/** A ciphertext of KMS: it names its key, and opens only with the encryption context that it was sealed with. */
export interface Ciphertext {
  keyArn: string;
  sealed: Buffer;
}

export function seal(keyArn: string, material: Buffer, plaintext: Buffer, context: EncryptionContext): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, material, iv).setAAD(boundTo(context));
  const bytes = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const name = Buffer.from(keyArn);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(name.length);
  return Buffer.concat([length, name, iv, cipher.getAuthTag(), bytes]);
}

/** @throws ApiError `InvalidCiphertextException` (400) for what is no ciphertext */
export function readCiphertext(blob: Buffer): Ciphertext {
  const nameEnd = blob.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + blob.readUInt16BE();
  if (blob.length < nameEnd + IV_BYTES + TAG_BYTES) throw invalidCiphertext();
  return { keyArn: blob.toString('utf8', LENGTH_BYTES, nameEnd), sealed: blob.subarray(nameEnd) };
}

/** @throws ApiError `InvalidCiphertextException` (400) for another encryption context, and for bytes that were changed */
export function open({ sealed }: Ciphertext, material: Buffer, context: EncryptionContext): Buffer {
  const iv = sealed.subarray(0, IV_BYTES);
  const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, material, iv).setAAD(boundTo(context)).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

/** The pairs in no particular order: KMS takes them in any. */
function boundTo(context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function invalidCiphertext(): ApiError {
  return new ApiError('InvalidCiphertextException', 400, '');
}
