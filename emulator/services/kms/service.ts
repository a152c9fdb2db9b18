/** KMS over HTTP, as far as using a symmetric key goes: whoever has stolen a session can ask it directly. */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { authorizeKeyUse, type EncryptionContext, type KeyAction } from '../../authorization/key-use.ts';
import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Authorizer,
  type Caller,
  type Service,
} from '../../core/api.ts';
import { open, readCiphertext, seal } from './ciphertext.ts';
import type { KeyRegistry } from './store.ts';

const TARGET_PREFIX = 'TrentService.';
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

const PARAMETERS = {
  Encrypt: z.strictObject({ KeyId: z.string(), Plaintext: bytes(MAX_PLAINTEXT_BYTES), ...common }),
  Decrypt: z.strictObject({ KeyId: z.string().optional(), CiphertextBlob: bytes(MAX_CIPHERTEXT_BYTES), ...common }),
  GenerateDataKey: z.union([
    z.strictObject({ KeyId: z.string(), KeySpec: z.enum(['AES_128', 'AES_256']), ...dataKey }),
    z.strictObject({ KeyId: z.string(), NumberOfBytes: z.int().min(1).max(MAX_DATA_KEY_BYTES), ...dataKey }),
  ]),
};

type Operation = keyof typeof PARAMETERS;
type Input<O extends Operation> = z.output<(typeof PARAMETERS)[O]>;

interface Asking {
  caller: Caller;
  account: string;
  region: string;
}

export class KmsService implements Service {
  readonly #keys: KeyRegistry;
  readonly #authorizer: Authorizer;

  constructor({ keys, authorizer }: { keys: KeyRegistry; authorizer: Authorizer }) {
    this.#keys = keys;
    this.#authorizer = authorizer;
  }

  async handle({ caller, region, headers, body }: ApiRequest): Promise<ApiResponse> {
    const { principal } = caller;
    if (!('account' in principal)) {
      throw new ApiError('MissingAuthenticationTokenException', 400, 'Request is missing Authentication Token');
    }
    const asking = { caller, region, account: principal.account };
    const operation = operationOf(headers['x-amz-target']);
    const input = parse(operation, await text(body));
    return json(200, this.#answer(operation, input, asking));
  }

  renderError({ code, status, message }: ApiError): ApiResponse {
    const name = { AccessDenied: 'AccessDeniedException', InternalError: 'KMSInternalException' }[code] ?? code;
    return json(status === 403 ? 400 : status, { __type: name, message });
  }

  #answer(operation: Operation, input: Input<Operation>, asking: Asking): object {
    if (operation === 'Encrypt') return this.#encrypt(input as Input<'Encrypt'>, asking);
    if (operation === 'Decrypt') return this.#decrypt(input as Input<'Decrypt'>, asking);
    return this.#generateDataKey(input as Input<'GenerateDataKey'>, asking);
  }

  #encrypt({ KeyId, Plaintext, EncryptionContext }: Input<'Encrypt'>, asking: Asking): object {
    const { keyArn, material } = this.#key(KeyId, 'kms:Encrypt', EncryptionContext, asking);
    return { KeyId: keyArn, CiphertextBlob: base64(seal(keyArn, material, Plaintext, EncryptionContext)) };
  }

  #generateDataKey(input: Input<'GenerateDataKey'>, asking: Asking): object {
    const { KeyId, EncryptionContext } = input;
    const { keyArn, material } = this.#key(KeyId, 'kms:GenerateDataKey', EncryptionContext, asking);
    const length = 'NumberOfBytes' in input ? input.NumberOfBytes : input.KeySpec === 'AES_128' ? 16 : 32;
    const plaintext = randomBytes(length);
    const CiphertextBlob = base64(seal(keyArn, material, plaintext, EncryptionContext));
    return { KeyId: keyArn, Plaintext: base64(plaintext), CiphertextBlob };
  }

  /** The ciphertext says which key it is of; who names one besides must mean the same. */
  #decrypt({ KeyId, CiphertextBlob, EncryptionContext }: Input<'Decrypt'>, asking: Asking): object {
    const ciphertext = readCiphertext(CiphertextBlob);
    if (KeyId !== undefined && this.#find(KeyId, asking) !== ciphertext.keyArn) {
      throw new ApiError(
        'IncorrectKeyException',
        400,
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    const { keyArn, material } = this.#key(ciphertext.keyArn, 'kms:Decrypt', EncryptionContext, asking);
    return { KeyId: keyArn, Plaintext: base64(open(ciphertext, material, EncryptionContext)) };
  }

  /** A key that the caller may use. */
  #key(keyId: string, action: KeyAction, context: EncryptionContext, asking: Asking) {
    const keyArn = this.#find(keyId, asking);
    const policy = this.#keys.policyOf(keyArn)!;
    authorizeKeyUse(this.#authorizer, { caller: asking.caller, action, keyArn, policy, encryptionContext: context });
    return { keyArn, material: this.#keys.materialOf(keyArn)! };
  }

  /** @throws ApiError `NotFoundException`, for a key of another region as well */
  #find(keyId: string, { account, region }: Asking): string {
    const keyArn = this.#keys.find(keyId, { account, region });
    if (keyArn?.split(':')[3] === region) return keyArn;
    throw new ApiError('NotFoundException', 400, `Key '${keyId}' does not exist in region ${region}`);
  }
}

function operationOf(target: string | string[] | undefined): Operation {
  const name = String(target ?? '(none)');
  const operation = name.startsWith(TARGET_PREFIX) ? name.slice(TARGET_PREFIX.length) : '';
  if (Object.hasOwn(PARAMETERS, operation)) return operation as Operation;
  const known = Object.keys(PARAMETERS).join(', ');
  throw new ApiError(
    'UnknownOperationException',
    400,
    `The operation ${name} is not one of the local KMS's: ${known}.`,
  );
}

function parse(operation: Operation, body: string): Input<Operation> {
  const problem = (message: string) => new ApiError('ValidationException', 400, message);
  let parameters: unknown;
  try {
    parameters = JSON.parse(body);
  } catch {
    throw problem('The body is not valid JSON.');
  }
  const parsed = PARAMETERS[operation].safeParse(parameters);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw problem([path.join('.'), message].filter(Boolean).join(': '));
}

function base64(buffer: Buffer): string {
  return buffer.toString('base64');
}

function json(status: number, content: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(content) };
}
