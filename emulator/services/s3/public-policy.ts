/** Whether a bucket policy is a public one, as S3's public access block understands it. */
import { type ConditionBlock, listOf, type PolicyDocument, type Statement } from '../../core/policy-document.ts';

/**
 * A grant to everybody isn't public while a condition binds it to fixed values of one of these.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
const BINDING_KEYS = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
]);
/** Operators by which a value binds; the negated ones leave everybody else in. */
const BINDING_OPERATOR = /^(ForAnyValue:)?(String(Equals|Like)(IgnoreCase)?|Arn(Equals|Like)|IpAddress)$/;
/** All of the internet's addresses, or nearly: S3 calls ranges wider than /8 public. */
const WIDE_RANGE = /\/[0-7]$/;

export function isPublic(policy: PolicyDocument): boolean {
  return listOf(policy.Statement).some(
    (statement) => statement.Effect === 'Allow' && namesEverybody(statement) && !isBound(statement.Condition),
  );
}

function namesEverybody({ Principal }: Statement): boolean {
  if (Principal === undefined || Principal === '*') return Principal === '*';
  return listOf(Principal['AWS']).includes('*');
}

function isBound(condition: ConditionBlock = {}): boolean {
  return Object.entries(condition).some(
    ([operator, keys]) =>
      BINDING_OPERATOR.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) => BINDING_KEYS.has(key.toLowerCase()) && listOf(values).map(String).every(isFixed),
      ),
  );
}

/** Neither a wildcard nor a variable, which stands for anything. An ARN's account is what binds it. */
function isFixed(value: string): boolean {
  if (value.includes('${')) return false;
  if (value.startsWith('arn:')) return /^\d{12}$/.test(value.split(':')[4] ?? '');
  return !/[*?]/.test(value) && !WIDE_RANGE.test(value);
}
