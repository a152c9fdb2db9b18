/** The fields that several parts of `cdk.json` have. A message follows the field's name and value in the error. */
import * as z from 'zod';
import { whyNoBucket } from './bucket-name.ts';
import { whyNoPrefix } from './key-text.ts';

/** What an editor may know of a text beside its type: a pattern that is no stricter than the rule. */
interface Hints {
  pattern?: string;
  /** Also what takes the place of a mistake: the first and the last should have nothing in common. */
  examples: [string, ...string[]];
}

/**
 * A text with one rule.
 * @param why what is wrong with it, or undefined
 */
export function textWith(why: (text: string) => string | undefined, hints: Hints): z.ZodType<string, string> {
  return z
    .string()
    .superRefine((text, context) => {
      const message = why(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta({ ...hints });
}

const ACCOUNT_DIGITS = 12;
const TWELVE_DIGITS = 'must be the 12 digits of an AWS account, in quotes';

export const account = z
  .string({ error: ({ input }) => whyNoAccount(input) })
  .regex(/^\d{12}$/, TWELVE_DIGITS)
  .meta({ examples: ['111111111111', '222222222222'] });

/** As a number, an account has lost the zeros that it begins with. */
function whyNoAccount(input: unknown): string {
  if (!Number.isInteger(input) || Number(input) < 0) return TWELVE_DIGITS;
  const digits = String(input);
  return digits.length >= ACCOUNT_DIGITS
    ? TWELVE_DIGITS
    : `${TWELVE_DIGITS}; a number loses the zeros at its beginning: was it "${digits.padStart(ACCOUNT_DIGITS, '0')}"?`;
}

/** Only the form is checked here; `config/regions.ts` knows which regions exist. */
export const region = z
  .string()
  .regex(/^[a-z]{2,8}(-[a-z]+)+-\d{1,2}$/, 'must be a region such as "us-east-1"')
  .meta({ examples: ['us-east-1', 'eu-west-1', 'cn-north-1'] });

export const bucket = textWith(whyNoBucket, {
  pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
  examples: ['uploads-111111111111', 'deliveries-222222222222'],
});

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const roleName = z
  .string()
  .regex(/^[\w+=,.@-]{1,64}$/, 'must be a role name: 1 to 64 of A-Z a-z 0-9 _ + = , . @ -')
  .meta({ examples: ['upload-relay', 'upload-relay-writer'] });

/**
 * A path may have more characters, but these three would be wildcards in a trust:
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 */
export const ROLE_PATH = '/([!-#%-)+-.0->@-~]+/)*';
export const ROLE_PATH_WORDS = 'must be "/", or begin and end with "/", such as "/team/", without *, ? and $';
export const rolePath = z
  .string()
  .max(512)
  .regex(new RegExp(`^${ROLE_PATH}$`), ROLE_PATH_WORDS)
  .meta({ examples: ['/', '/team/'] });

/** That of the committed cdk.json, and another that editors offer: real accounts may use neither. */
export const EXTERNAL_ID_EXAMPLES = ['agree-on-a-value-of-your-own', 'one-that-both-sides-know'];

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const externalId = z
  .string()
  .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1,224 of A-Z a-z 0-9 _ + = , . @ : / - as STS takes them')
  .meta({ examples: EXTERNAL_ID_EXAMPLES });

/** It stands in policies. */
export const prefix = textWith(whyNoPrefix, {
  pattern: String.raw`^[^*?$\u0000-\u001f\u007f-\u009f\u0100-\uffff]*$`,
  examples: ['incoming/', 'invoices/'],
});

/** https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN */
export const kmsKeyArn = z
  .string()
  .regex(
    /^arn:[^:]+:kms:[^:]+:\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    'must be the ARN of a KMS key (arn:aws:kms:…:key/…), and no alias',
  )
  .meta({
    examples: [
      'arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111',
      'arn:aws:kms:eu-west-1:222222222222:key/22222222-2222-2222-2222-222222222222',
    ],
  });

/** S3 takes no FIFO topic: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
export const topicArn = z
  .string()
  .regex(/^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]{1,256}$/, 'must be the ARN of an SNS topic, and of no FIFO topic')
  .meta({ examples: ['arn:aws:sns:us-east-1:111111111111:uploads', 'arn:aws:sns:eu-west-1:111111111111:uploads'] });

/** A name of a route or a replay. */
export const listedName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,40}$/, 'must be 1 to 40 letters, digits and hyphens')
  .meta({ examples: ['main', 'invoices'] });
