import type { SourceState } from './source-state.ts';

/** A state as it stands in a checkpoint, where dates are text. */
export type StateJson = Omit<SourceState, 'lastModified'> & { lastModified: string | undefined };

export function stateToJson(state: SourceState): StateJson {
  return { ...state, lastModified: state.lastModified?.toISOString() };
}

/** What JSON has dropped is undefined again. */
export function stateFromJson(json: StateJson): SourceState {
  return {
    sizeBytes: json.sizeBytes,
    eTag: json.eTag,
    versionId: json.versionId,
    lastModified: json.lastModified === undefined ? undefined : new Date(json.lastModified),
    proof: json.proof,
    storageClass: json.storageClass,
    restore: json.restore,
    headers: json.headers,
    altered: json.altered,
  };
}
