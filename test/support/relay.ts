import type { Pull, Route } from '../../functions/core/route.ts';
import type { Receipt, RelayReceipt } from '../../functions/ledger/receipt.ts';
import type { SourceState } from '../../functions/transfer/source-state.ts';

/** A route with nothing special about it. */
export function aRoute(
  change: Partial<Omit<Route, 'destination'>> & { destination?: Partial<Route['destination']> } = {},
): Route {
  const { destination, ...rest } = change;
  return {
    name: 'main',
    filter: { prefix: '', suffix: '' },
    writerRoleArn: 'arn:aws:iam::222222222222:role/writer',
    externalId: 'external-id',
    copyTags: false,
    createOnly: false,
    requireProof: false,
    ...rest,
    destination: { account: '222222222222', region: 'us-east-1', bucket: 'destination', prefix: 'in/', ...destination },
  };
}

/** What a route pulls from. */
export function aPull(change: Partial<Pull> = {}): Pull {
  return {
    account: '333333333333',
    region: 'us-east-1',
    bucket: 'customers',
    readerRoleArn: 'arn:aws:iam::333333333333:role/reader',
    externalId: 'external-id',
    ...change,
  };
}

export function aState(change: Partial<SourceState> = {}): SourceState {
  return {
    sizeBytes: 1,
    eTag: '"etag"',
    versionId: undefined,
    lastModified: new Date(0),
    proof: { kind: 'none' },
    storageClass: 'STANDARD',
    restore: undefined,
    headers: {},
    altered: [],
    ...change,
  };
}

/** The receipts of objects that one invocation could deliver. */
export function delivered(receipts: RelayReceipt[]): Receipt[] {
  return receipts.map((receipt) => {
    if (receipt.status === 'delivered') return receipt;
    throw new Error(`${receipt.source.key} is ${receipt.status}`);
  });
}
