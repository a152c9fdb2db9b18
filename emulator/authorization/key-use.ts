/** The question whether a caller may use a KMS key, for KMS itself and for services that ask on a caller's behalf. */
import type { Authorizer, Caller, ContextKeys } from '../core/api.ts';
import type { PolicyDocument } from '../core/policy-document.ts';

export type KeyAction = 'kms:Encrypt' | 'kms:Decrypt' | 'kms:GenerateDataKey';

/** Names and values that a ciphertext is bound to. */
export type EncryptionContext = Readonly<Record<string, string>>;

export interface KeyUse {
  caller: Caller;
  action: KeyAction;
  keyArn: string;
  policy: PolicyDocument;
  encryptionContext: EncryptionContext;
  /** The service that asks on the caller's behalf, e.g. `s3.us-east-1.amazonaws.com`; none when the caller asks KMS itself. */
  viaService?: string;
}

/**
 * Whether the caller may use a key: one question, whoever asks it, with the condition keys that KMS sets for it
 * (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html).
 * @throws ApiError `AccessDenied` (403)
 */
export function authorizeKeyUse(authorizer: Authorizer, use: KeyUse): void {
  const { caller, action, keyArn, policy: resourcePolicy, encryptionContext, viaService } = use;
  const { principal } = caller;
  const context: ContextKeys = {
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    'kms:EncryptionContextKeys': Object.keys(encryptionContext),
    ...Object.fromEntries(
      Object.entries(encryptionContext).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
    ),
    ...('account' in principal && { 'kms:CallerAccount': principal.account }),
    ...(viaService !== undefined && { 'kms:ViaService': viaService }),
  };
  const resourceAccount = keyArn.split(':')[4] ?? '';
  const isViaService = viaService !== undefined;
  authorizer.authorize({ caller, action, resource: keyArn, resourceAccount, resourcePolicy, context, isViaService });
}
