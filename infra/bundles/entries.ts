/** The functions' bundles. */

/** Files in `functions/handlers/`, without their ending. Each is one bundle; some functions share one. */
export const ENTRIES = ['check', 'relay', 'relay-large', 'relay-part', 'replay'] as const;

export type Entry = (typeof ENTRIES)[number];
