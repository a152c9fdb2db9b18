import type { SourceState } from './source-state.ts';

/** A state as it stands in a checkpoint, where dates are text. */
export type StateJson = Omit<SourceState, 'lastModified' | 'headers'> & {
  lastModified: string | undefined;
  headers: Omit<SourceState['headers'], 'Expires'> & { Expires?: string };
};

export function stateToJson(state: SourceState): StateJson {
  const { Expires, ...headers } = state.headers;
  return {
    ...state,
    lastModified: state.lastModified?.toISOString(),
    headers: { ...headers, ...(Expires && { Expires: Expires.toISOString() }) },
  };
}

/** What JSON has dropped is undefined again. */
export function stateFromJson(json: StateJson): SourceState {
  const { Expires, ...headers } = json.headers;
  return {
    sizeBytes: json.sizeBytes,
    eTag: json.eTag,
    versionId: json.versionId,
    lastModified: json.lastModified === undefined ? undefined : new Date(json.lastModified),
    checksum: json.checksum,
    storageClass: json.storageClass,
    restore: json.restore,
    headers: { ...headers, ...(Expires !== undefined && { Expires: new Date(Expires) }) },
  };
}
