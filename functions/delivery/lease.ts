/** Who holds a slot for a large object, and until when, in milliseconds: by the name of the execution. */
export type Holders = Readonly<Record<string, number>>;

export interface Claim {
  /** The execution that asks. */
  owner: string;
  nowMs: number;
  untilMs: number;
}

/** What becomes of a claim: the holders are to be written, are as they should be already, or leave no room. */
export type Verdict = { kind: 'write'; holders: Holders } | { kind: 'as it is' } | { kind: 'busy' };

/** A lease that lasts nearly as long as asked for is not written anew, since many workers ask at once. */
const NEARLY_MS = 60_000;

/**
 * Takes a slot, or holds the one that is held already for longer; never for less. Pure.
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

/** Without those whose time is over. */
function presentAt(holders: Holders, nowMs: number): Holders {
  return Object.fromEntries(Object.entries(holders).filter(([, untilMs]) => untilMs > nowMs));
}
