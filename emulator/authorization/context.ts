/** The condition keys of one request, in one map. */
import type { ContextKeys } from '../core/api.ts';

/** Condition keys in lower case, since AWS compares their names without regard to case. A key without values is absent. */
export type Context = ReadonlyMap<string, readonly string[]>;

/** Merges the keys; what comes later replaces what came before. */
export function mergeContext(...sources: (ContextKeys | false | undefined)[]): Map<string, readonly string[]> {
  const context = new Map<string, readonly string[]>();
  for (const source of sources) {
    for (const [key, value] of Object.entries(source || {})) {
      const values = typeof value === 'string' ? [value] : value;
      if (values.length > 0) context.set(key.toLowerCase(), values);
      else context.delete(key.toLowerCase());
    }
  }
  return context;
}
