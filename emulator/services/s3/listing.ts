/** One page of keys, with prefix, delimiter and marker. */
import { compareUtf8, lowerBound } from './utf8-order.ts';

export interface PageRequest {
  prefix: string;
  /** Empty for none. */
  delimiter: string;
  maxItems: number;
  /** The last key or common prefix of the page before. */
  after?: string | undefined;
  /** Whether `after` itself may still have items, as a key with further versions does. */
  afterHasMore?: boolean;
  /** Whether a marker within a common prefix hides that: S3's markers do, and `start-after` doesn't. */
  skipsPrefixOfAfter?: boolean;
}

export interface Page<Item> {
  items: Item[];
  commonPrefixes: string[];
  isTruncated: boolean;
  /** The last key or common prefix of this page. */
  last: string | undefined;
}

/**
 * One page of a bucket: keys that share what lies between the prefix and the next delimiter are rolled up into one.
 * @param sortedKeys in the order of UTF-8
 * @param itemsOf what there is to list of a key, maybe nothing
 */
export function listPage<Item>(
  sortedKeys: readonly string[],
  itemsOf: (key: string) => Item[],
  { prefix, delimiter, maxItems, after, afterHasMore = false, skipsPrefixOfAfter = false }: PageRequest,
): Page<Item> {
  const page: Page<Item> = { items: [], commonPrefixes: [], isTruncated: false, last: undefined };
  if (maxItems === 0) return page;
  const from = after !== undefined && compareUtf8(after, prefix) > 0 ? after : prefix;
  const isFull = () => page.items.length + page.commonPrefixes.length === maxItems;
  for (let index = lowerBound(sortedKeys, from); index < sortedKeys.length; index++) {
    const key = sortedKeys[index]!;
    if (!key.startsWith(prefix)) break;
    if (key === after && !afterHasMore) continue;
    const rollUp = commonPrefix(key, prefix, delimiter);
    if (rollUp !== undefined) {
      const isBefore = skipsPrefixOfAfter ? after?.startsWith(rollUp) : rollUp === after;
      if (isBefore || rollUp === page.commonPrefixes.at(-1)) continue;
    }
    const items = itemsOf(key);
    if (items.length === 0) continue;
    if (rollUp !== undefined) {
      if (isFull()) return { ...page, isTruncated: true };
      page.commonPrefixes.push(rollUp);
      page.last = rollUp;
      continue;
    }
    for (const item of items) {
      if (isFull()) return { ...page, isTruncated: true };
      page.items.push(item);
      page.last = key;
    }
  }
  return page;
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}
