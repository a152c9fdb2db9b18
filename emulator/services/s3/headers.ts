/** The headers of a request, with those that a presigned URL carries in its query. */
import type { ApiRequest } from '../../core/api.ts';

/** The headers of a request by lower-case name, with what a presigned URL carries in their place in its query. */
export type Headers = ReadonlyMap<string, string>;

/** Query parameters of the signature itself. */
const SIGNATURE_PARAMETERS = new Set([
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-signedheaders',
  'x-amz-signature',
]);

export function readHeaders({ headers, query }: Pick<ApiRequest, 'headers' | 'query'>): Headers {
  const merged = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) merged.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  for (const [parameter, value] of query) {
    const name = parameter.toLowerCase();
    if (name.startsWith('x-amz-') && !SIGNATURE_PARAMETERS.has(name)) merged.set(name, value);
  }
  return merged;
}
