/** What the log says of a receipt that is no failure: what the ledger does not keep. */
import type { RelayReceipt } from '../ledger/receipt.ts';

/**
 * The ledger has the last receipt of a key; the log has one line for each. `version` is the version id or, in a bucket without versions, the
 * ETag. A million lines of 100 bytes cost five cents, so everything else is left to the ledger.
 */
export function deliveryLine(receipt: RelayReceipt): Record<string, unknown> {
  const { route, source } = receipt;
  const facts = { route, key: source.key };
  if (receipt.status === 'gone') return facts;
  const version = receipt.source.versionId ?? receipt.source.eTag;
  if (receipt.status === 'started') return { ...facts, version, execution: receipt.execution };
  const { attempts, durationMs, certain } = receipt;
  const proof = receipt.status === 'delivered' ? receipt.checksum.origin : undefined;
  return { ...facts, version, proof, attempts, durationMs, ...(!certain && { certain }) };
}
