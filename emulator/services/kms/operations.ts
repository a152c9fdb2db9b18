/** What KMS does here: using a symmetric key, which whoever has stolen a session can ask for directly, and turning one off and on. */
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

const theKey = z.strictObject({ KeyId: z.string() });

const inputs = {
  DisableKey: theKey,
  EnableKey: theKey,
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
    DisableKey: (call, body) => this.#turn('DisableKey', parse('DisableKey', body), call),
    EnableKey: (call, body) => this.#turn('EnableKey', parse('EnableKey', body), call),
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

  /** https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html: it takes no alias. */
  #turn(operation: 'DisableKey' | 'EnableKey', { KeyId }: Input<'DisableKey'>, call: JsonCall): undefined {
    if (/(^|:)alias\//.test(KeyId)) throw new ApiError('InvalidArnException', 400, `Invalid keyId '${KeyId}'`);
    const keyArn = this.#find(KeyId, call);
    const key = this.#keys.get(keyArn)!;
    this.#authorizer.authorize({
      caller: call.caller,
      action: `kms:${operation}`,
      resource: keyArn,
      resourceAccount: keyArn.split(':')[4]!,
      resourcePolicy: key.policy,
      context: { 'kms:CallerAccount': call.account },
    });
    key.enabled = operation === 'EnableKey';
    return undefined;
  }

  /** A key that the caller may use, and that is not turned off. */
  #key(keyId: string, action: KeyAction, context: EncryptionContext, call: JsonCall) {
    const keyArn = this.#find(keyId, call);
    const { policy, enabled, material } = this.#keys.get(keyArn)!;
    authorizeKeyUse(this.#authorizer, { caller: call.caller, action, keyArn, policy, encryptionContext: context });
    if (!enabled) throw new ApiError('DisabledException', 400, `${keyArn} is disabled.`);
    return { keyArn, material };
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
