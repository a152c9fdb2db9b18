/** Who holds a slot for a large object: the execution's name, and until when, in milliseconds. */
export type Holders = Readonly<Record<string, number>>;

export interface Claim {
  /** The execution that asks. */
  owner: string;
  nowMs: number;
  untilMs: number;
}

/** What becomes of a claim: the holders must be written, are right already, or leave no room. */
export type Verdict = { kind: 'write'; holders: Holders } | { kind: 'as it is' } | { kind: 'busy' };

/** A lease that lasts nearly as long as asked for is not renewed, since many workers ask at once. */
const NEARLY_MS = 60_000;

/**
 * Takes a slot, or extends the lease of the present one; never shortens it. Pure.
 *
 * | the owner        | room | verdict |
 * |------------------|------|---------|
 * | holds one, longer or nearly as long as asked for | | as it is |
 * | holds one        |      | write   |
 * | holds none, or no longer | yes | write |
 * | holds none, or no longer | no  | busy  |
 */
export function takeSlot(holders: Holders, { owner, nowMs, untilMs }: Claim, slots: number): Verdict {
  const present = presentAt(holders, nowMs);
  const heldUntil = present[owner];
  if (heldUntil !== undefined && heldUntil >= untilMs - NEARLY_MS) return { kind: 'as it is' };
  if (heldUntil === undefined && Object.keys(present).length >= slots) return { kind: 'busy' };
  return { kind: 'write', holders: { ...present, [owner]: untilMs } };
}

/** Leaves a slot, from `untilMs` on, if it is still held. Pure. */
export function leaveSlot(holders: Holders, { owner, nowMs, untilMs }: Claim): Verdict {
  const present = presentAt(holders, nowMs);
  if (present[owner] === undefined) return { kind: 'as it is' };
  return { kind: 'write', holders: { ...present, [owner]: untilMs } };
}

/** Without leases that have expired. */
function presentAt(holders: Holders, nowMs: number): Holders {
  return Object.fromEntries(Object.entries(holders).filter(([, untilMs]) => untilMs > nowMs));
}
