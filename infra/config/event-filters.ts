/** Which events of the source bucket the relay asks for: those that a route may take, and those of its canaries. Pure. */
import { CANARY_ENDING, CANARY_PREFIX } from '../../functions/core/reserved-keys.ts';
import { commonStart } from '../../functions/core/route.ts';

interface Filter {
  prefix: string;
  suffix: string;
}
type Filtered = { filter: Filter };

const CANARIES: Filter = { prefix: CANARY_PREFIX, suffix: CANARY_ENDING };

/**
 * The filters of the bucket's notifications, as S3 takes them: one for uploads, and another for canaries where that does not cover
 * them. S3 refuses two filters of which both prefixes and both suffixes overlap; then there is one, of what they have in common.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
export function notificationFilters(routes: readonly Filtered[], withCanary: boolean): Filter[] {
  const uploads = encodedAlike(commonFilter(routes));
  if (!withCanary || covers(uploads, CANARIES)) return [uploads];
  return overlap(uploads, CANARIES) ? [common([uploads, CANARIES])] : [uploads, CANARIES];
}

/** The pattern of the rule that takes the events of an existing bucket. */
export function eventPattern({ bucket, routes }: { bucket: string; routes: readonly Filtered[] }, withCanary: boolean) {
  const { prefix } = commonFilter(routes);
  const prefixes = withCanary && !CANARY_PREFIX.startsWith(prefix) ? [prefix, CANARY_PREFIX] : [prefix];
  const key = prefixes.map((each) => ({ prefix: each }));
  return {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { bucket: { name: [bucket] }, ...(prefix === '' ? {} : { object: { key } }) },
  };
}

/** What all routes' filters have in common. The relay compares the whole filter anyway. */
export function commonFilter(routes: readonly Filtered[]): Filter {
  return common(routes.map(({ filter }) => filter));
}

/** As S3 names them. */
export function filterRules({ prefix, suffix }: Filter): { name: string; value: string }[] {
  const rules = [
    { name: 'prefix', value: prefix },
    { name: 'suffix', value: suffix },
  ];
  return rules.filter(({ value }) => value !== '');
}

/**
 * S3 compares filters with the URL-encoded key, so each stops at the first character that the encoding would change. A shorter
 * filter only matches more keys.
 */
function encodedAlike({ prefix, suffix }: Filter): Filter {
  return { prefix: /^[\w./-]*/.exec(prefix)![0], suffix: /[\w./-]*$/.exec(suffix)![0] };
}

function common(filters: readonly Filter[]): Filter {
  const prefix = filters.map((filter) => filter.prefix).reduce(commonStart);
  const suffix = filters.map((filter) => reversed(filter.suffix)).reduce(commonStart);
  return { prefix, suffix: reversed(suffix) };
}

function covers(wide: Filter, narrow: Filter): boolean {
  return narrow.prefix.startsWith(wide.prefix) && narrow.suffix.endsWith(wide.suffix);
}

function overlap(one: Filter, other: Filter): boolean {
  const starts = one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix);
  return starts && (one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix));
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}
