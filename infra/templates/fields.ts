/** The parameters that both templates have. */
import { Fn } from 'aws-cdk-lib';
import { PLACEHOLDER_ACCOUNTS } from '../config/external-ids.ts';
import { EXTERNAL_ID_EXAMPLES, ROLE_PATH_WORDS } from '../config/fields.ts';
import { DEFAULT_NAME } from '../config/relay-schema.ts';
import {
  ACCOUNT_PATTERN,
  BOUNDARY_PATTERN,
  BUCKET_PATTERN,
  EXTERNAL_ID_PATTERN,
  KEY_ID_PATTERN,
  orEmpty,
  PREFIX_PATTERN,
  ROLE_NAME_PATTERN,
  ROLE_PATH_PATTERN,
} from '../granted/patterns.ts';
import { type Field, type Form, isEmpty, isGiven } from './form.ts';

export const SSE_S3 = 'SSE-S3';
export const SSE_KMS = 'SSE-KMS';
/** Appended to names, so that one template makes stacks in many accounts and regions. */
export const NO_SUFFIX = 'none';
export const SUFFIX = 'account-and-region';

const ROLE_NAME_WORDS = 'must be a role name: 1 to 64 of A-Z a-z 0-9 _ + = , . @ -';
const ACCOUNT_WORDS = 'must be the 12 digits of an AWS account, with the zeros at its beginning';

export const relayFields = {
  RelayAccount: {
    label: 'Account of the relay',
    description: 'Account A, where the relay runs: 12 digits.',
    allowedPattern: ACCOUNT_PATTERN,
    constraintDescription: ACCOUNT_WORDS,
  },
  RelayRoleName: roleName(
    'Role of the relay',
    "The name of the relay's role in account A (source.relayRoleName).",
    DEFAULT_NAME,
  ),
  RelayRolePath: rolePath("Path of the relay's roles", "The IAM path of the relay's roles in account A."),
  ExternalId: {
    label: 'External id',
    description:
      'What both sides have agreed on, and what the relay sends along when it assumes the role. No secret, but choose your own.',
    allowedPattern: EXTERNAL_ID_PATTERN,
    minLength: 2,
    maxLength: 1224,
    constraintDescription: 'must be 2 to 1,224 of A-Z a-z 0-9 _ + = , . @ : / - as STS takes them',
  },
} satisfies Record<string, Field>;

export const keyFields = {
  Encryption: {
    label: 'Encryption',
    description: `How the bucket encrypts: ${SSE_S3} by S3's own keys, ${SSE_KMS} by your key.`,
    default: SSE_S3,
    allowedValues: [SSE_S3, SSE_KMS],
    constraintDescription: `must be ${SSE_S3} or ${SSE_KMS}`,
  },
  KmsKeyId: {
    label: 'KMS key',
    description: `With ${SSE_KMS}: the id of the customer managed key, in this region. It is the last part of its ARN.`,
    default: '',
    allowedPattern: orEmpty(KEY_ID_PATTERN),
    constraintDescription:
      'must be the id of a KMS key (as 1234abcd-12ab-34cd-56ef-1234567890ab, or mrk- and 32 digits), and no ARN or alias',
  },
  KmsKeyAccount: {
    label: 'Account of the KMS key',
    description: 'Only for a key of another account, whose policy lets this account use it: its 12 digits.',
    default: '',
    allowedPattern: orEmpty(ACCOUNT_PATTERN),
    constraintDescription: ACCOUNT_WORDS,
  },
} satisfies Record<string, Field>;

export const nameSuffix: Field = {
  label: 'Append to the names',
  description: `${SUFFIX}: the bucket's name ends in -<account>-<region> and the role's in -<region>, for a stack set of many accounts or regions.`,
  default: NO_SUFFIX,
  allowedValues: [NO_SUFFIX, SUFFIX],
  constraintDescription: `must be ${NO_SUFFIX} or ${SUFFIX}`,
};

/** @param default_ of a role that this template makes or trusts */
export function roleName(label: string, description: string, default_: string): Field {
  return {
    label,
    description,
    default: default_,
    allowedPattern: ROLE_NAME_PATTERN,
    maxLength: 64,
    constraintDescription: ROLE_NAME_WORDS,
  };
}

export function rolePath(label: string, description: string): Field {
  return {
    label,
    description,
    default: '/',
    allowedPattern: ROLE_PATH_PATTERN,
    maxLength: 512,
    constraintDescription: ROLE_PATH_WORDS,
  };
}

export function bucketName(description: string): Field {
  return {
    label: 'Name of the bucket',
    description,
    allowedPattern: BUCKET_PATTERN,
    minLength: 3,
    maxLength: 63,
    constraintDescription:
      'must be the name of a general purpose bucket: 3 to 63 lower-case letters, digits, dots, hyphens, none that S3 keeps for itself',
  };
}

export function prefix(description: string): Field {
  return {
    label: 'Prefix',
    description,
    default: '',
    allowedPattern: PREFIX_PATTERN,
    maxLength: 512,
    constraintDescription:
      'must have no *, ? or $, which policies would read as wildcards, no control character, none beyond U+00FF, no / or space at its beginning, no space at its end, no //, ./ or ../',
  };
}

export const permissionsBoundary: Field = {
  label: 'Permissions boundary',
  description: 'The ARN of a managed policy, where your organisation demands one.',
  default: '',
  allowedPattern: orEmpty(BOUNDARY_PATTERN),
  constraintDescription: 'must be the ARN of a managed policy, as arn:aws:iam::111122223333:policy/boundary',
};

export function refuseExampleId(
  form: Form,
  { RelayAccount, ExternalId }: { RelayAccount: string; ExternalId: string },
): void {
  form.refuse(
    'ExternalIdIsYourOwn',
    'ExternalId is an example, which everybody can read; agree on a value of your own',
    {
      when: Fn.conditionNot(Fn.conditionContains([...PLACEHOLDER_ACCOUNTS], RelayAccount) as never),
      unless: Fn.conditionNot(Fn.conditionContains([...EXTERNAL_ID_EXAMPLES], ExternalId) as never),
    },
  );
}

export function refuseWrongKey(
  form: Form,
  { Encryption, KmsKeyId, KmsKeyAccount }: Record<keyof typeof keyFields, string>,
): void {
  form.refuse('KmsNeedsKey', `KmsKeyId is empty, and Encryption is ${SSE_KMS}: give the id of the key`, {
    when: Fn.conditionEquals(Encryption, SSE_KMS),
    unless: isGiven(KmsKeyId),
  });
  form.refuse(
    'KeyNeedsKms',
    `KmsKeyId is given, and Encryption is ${SSE_S3}: choose ${SSE_KMS}, or leave KmsKeyId empty`,
    {
      when: Fn.conditionEquals(Encryption, SSE_S3),
      unless: isEmpty(KmsKeyId),
    },
  );
  form.refuse('KeyAccountNeedsKey', 'KmsKeyAccount is given, and KmsKeyId is empty: give both or neither', {
    when: isEmpty(KmsKeyId),
    unless: isEmpty(KmsKeyAccount),
  });
}
