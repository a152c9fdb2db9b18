/** What KMS does here: using a symmetric key. Whoever has stolen a session can ask it directly. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { authorizeKeyUse, type EncryptionContext, type KeyAction } from '../../authorization/key-use.ts';
import { ApiError, type Authorizer } from '../../core/api.ts';
import { type JsonCall, type JsonOperation, parseInput } from '../../protocols/aws-json.ts';
import { open, readCiphertext, seal } from './ciphertext.ts';
import type { KeyRegistry } from './store.ts';

/** API Reference, "Encrypt" and "Decrypt". */
const MAX_PLAINTEXT_BYTES = 4096;
const MAX_CIPHERTEXT_BYTES = 6144;
const MAX_DATA_KEY_BYTES = 1024;

const bytes = (most: number) =>
  z
    .base64()
    .transform((base64) => Buffer.from(base64, 'base64'))
    .refine(({ length }) => length >= 1 && length <= most, `must have 1 to ${most} bytes`);

/** Condition keys are compared without regard to case, so two names of one spelling would be one condition key with two values. */
const encryptionContext = z
  .record(z.string(), z.string())
  .default({})
  .refine(
    (context) => new Set(Object.keys(context).map((name) => name.toLowerCase())).size === Object.keys(context).length,
    'names that differ by case only are not supported here',
  );

const common = {
  EncryptionContext: encryptionContext,
  EncryptionAlgorithm: z.literal('SYMMETRIC_DEFAULT').optional(),
};
const { EncryptionAlgorithm: _, ...dataKey } = common;

const inputs = {
  Encrypt: z.strictObject({ KeyId: z.string(), Plaintext: bytes(MAX_PLAINTEXT_BYTES), ...common }),
  Decrypt: z.strictObject({ KeyId: z.string().optional(), CiphertextBlob: bytes(MAX_CIPHERTEXT_BYTES), ...common }),
  GenerateDataKey: z.union([
    z.strictObject({ KeyId: z.string(), KeySpec: z.enum(['AES_128', 'AES_256']), ...dataKey }),
    z.strictObject({ KeyId: z.string(), NumberOfBytes: z.int().min(1).max(MAX_DATA_KEY_BYTES), ...dataKey }),
  ]),
};

type Inputs = typeof inputs;
type Input<Name extends keyof Inputs> = z.output<Inputs[Name]>;

export interface KmsParts {
  keys: KeyRegistry;
  authorizer: Authorizer;
}

export class KmsOperations {
  readonly #keys: KeyRegistry;
  readonly #authorizer: Authorizer;
  readonly table: Record<keyof Inputs, JsonOperation> = {
    Encrypt: (call, body) => this.#encrypt(parse('Encrypt', body), call),
    Decrypt: (call, body) => this.#decrypt(parse('Decrypt', body), call),
    GenerateDataKey: (call, body) => this.#generateDataKey(parse('GenerateDataKey', body), call),
  };

  constructor({ keys, authorizer }: KmsParts) {
    this.#keys = keys;
    this.#authorizer = authorizer;
  }

  #encrypt({ KeyId, Plaintext, EncryptionContext }: Input<'Encrypt'>, call: JsonCall): object {
    const { keyArn, material } = this.#key(KeyId, 'kms:Encrypt', EncryptionContext, call);
    return { KeyId: keyArn, CiphertextBlob: base64(seal(keyArn, material, Plaintext, EncryptionContext)) };
  }

  #generateDataKey(input: Input<'GenerateDataKey'>, call: JsonCall): object {
    const { KeyId, EncryptionContext } = input;
    const { keyArn, material } = this.#key(KeyId, 'kms:GenerateDataKey', EncryptionContext, call);
    const length = 'NumberOfBytes' in input ? input.NumberOfBytes : input.KeySpec === 'AES_128' ? 16 : 32;
    const plaintext = randomBytes(length);
    const CiphertextBlob = base64(seal(keyArn, material, plaintext, EncryptionContext));
    return { KeyId: keyArn, Plaintext: base64(plaintext), CiphertextBlob };
  }

  /** The ciphertext says which key it is of; who names one besides must mean the same. */
  #decrypt({ KeyId, CiphertextBlob, EncryptionContext }: Input<'Decrypt'>, call: JsonCall): object {
    const ciphertext = readCiphertext(CiphertextBlob);
    if (KeyId !== undefined && this.#find(KeyId, call) !== ciphertext.keyArn) {
      throw new ApiError(
        'IncorrectKeyException',
        400,
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    const { keyArn, material } = this.#key(ciphertext.keyArn, 'kms:Decrypt', EncryptionContext, call);
    return { KeyId: keyArn, Plaintext: base64(open(ciphertext, material, EncryptionContext)) };
  }

  /** A key that the caller may use. */
  #key(keyId: string, action: KeyAction, context: EncryptionContext, call: JsonCall) {
    const keyArn = this.#find(keyId, call);
    const policy = this.#keys.policyOf(keyArn)!;
    authorizeKeyUse(this.#authorizer, { caller: call.caller, action, keyArn, policy, encryptionContext: context });
    return { keyArn, material: this.#keys.materialOf(keyArn)! };
  }

  /** @throws ApiError `NotFoundException`, for a key of another region as well */
  #find(keyId: string, { account, region }: JsonCall): string {
    const keyArn = this.#keys.find(keyId, { account, region });
    if (keyArn?.split(':')[3] === region) return keyArn;
    throw new ApiError('NotFoundException', 400, `Key '${keyId}' does not exist in region ${region}`);
  }
}

function parse<Name extends keyof Inputs>(name: Name, body: string): Input<Name> {
  return parseInput(inputs[name], body, 'ValidationException') as Input<Name>;
}

function base64(buffer: Buffer): string {
  return buffer.toString('base64');
}
