/** One thing that must hold of the whole, and how an answer shows whether it does. */
import type { InvokeAnswer } from '../support/two-accounts.ts';
import type { Place } from './places.ts';
import type { ProofWorld } from './proof-world.ts';

export interface Check {
  name: string;
  /** The statements that this would miss, as `<policy>: <statement>`. */
  guards: RegExp;
  /** Whether the configuration has what is looked at; always, unless given. */
  applies?: (world: ProofWorld) => boolean;
  /** An error means that it doesn't hold. */
  holds: (world: ProofWorld, place: Place) => Promise<boolean>;
}

export function isDelivered({ payload }: InvokeAnswer): boolean {
  const { receipts } = payload as { receipts?: { status: string }[] };
  return receipts?.length === 1 && receipts[0]!.status === 'delivered';
}

/** Whether AWS said no; anything else that goes wrong is no refusal. */
export async function isRefused(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return false;
  } catch (error) {
    return isRefusal(error);
  }
}

export function isRefusal(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  // Let in, but not so soon after another role that tried the same.
  if (name === 'PurgeQueueInProgress') return false;
  return name?.startsWith('AccessDenied') === true || $metadata?.httpStatusCode === 403;
}
