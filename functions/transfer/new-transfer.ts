/** Builds the transfer of an object along a route. */
import type { Clients } from '../aws/clients.ts';
import { destinationOf, type Route } from '../core/route.ts';
import type { SourceObject } from '../core/source-object.ts';
import type { ObjectAttributes } from './attributes.ts';
import type { SourceState } from './source-state.ts';
import type { Transfer } from './transfer.ts';
import { VisibleWrites } from './visible-writes.ts';

export interface TransferOptions {
  /** Only the request that creates the object or the upload needs them. */
  attributes?: ObjectAttributes;
  visibleWrites?: VisibleWrites;
}

/** @throws RelayError `KeyTooLong` */
export function newTransfer(
  { clients, signal, sleep }: Pick<Transfer, 'signal' | 'sleep'> & { clients: Pick<Clients, 'reader' | 'writer'> },
  route: Route,
  source: SourceObject,
  state: SourceState,
  { attributes = {}, visibleWrites = new VisibleWrites() }: TransferOptions = {},
): Transfer {
  return {
    source,
    state,
    destination: destinationOf(route, source),
    attributes,
    createOnly: route.createOnly,
    reader: clients.reader(route),
    writer: clients.writer(route),
    visibleWrites,
    signal,
    sleep,
  };
}
