/** The lines of a check: what was found, and who must change what. */
import type { Route } from '../core/route.ts';

/** One row of the check's table. */
export interface CheckLine {
  check: string;
  /** Absent where the line is about the relay as a whole. */
  route?: string;
  /**
   * `awaited`: not there yet, but no mistake; the check does not pass, and uploads wait. `advised`: everything works, and something
   * could be better; the check passes.
   */
  status: 'ok' | 'failed' | 'awaited' | 'advised' | 'skipped';
  /** For a refusal, AWS's own words. */
  found: string;
  remedy?: Remedy;
}

/** Who must change what. */
export interface Remedy {
  side: 'source' | 'destination';
  /** The account that must change it. */
  account: string;
  change: string;
  /** Text to paste: a statement of the policy that `change` names, or a setting of a bucket. */
  statement?: unknown;
}

/** The outcome of one look, without the name and route of its line. */
export interface Finding extends Omit<CheckLine, 'check' | 'route'> {
  /** Why nothing else can be found out about the same bucket. */
  ends?: string | undefined;
}

/** The line of a finding. */
export function lineOf(check: string, { ends: _, ...finding }: Finding, route?: string): CheckLine {
  return { check, ...(route !== undefined && { route }), ...finding };
}

export function ok(found: string): Finding {
  return { status: 'ok', found };
}

export function failed(found: string, remedy: Remedy): Finding {
  return { status: 'failed', found, remedy };
}

export function awaited(found: string, remedy: Remedy): Finding {
  return { status: 'awaited', found, remedy };
}

export function advised(found: string, remedy: Remedy): Finding {
  return { status: 'advised', found, remedy };
}

/** Whether somebody must change something. */
export function isOpen({ status }: Pick<CheckLine, 'status'>): boolean {
  return status === 'failed' || status === 'awaited';
}

export function skipped(found: string): Finding {
  return { status: 'skipped', found };
}

export function atDestination({ destination }: Route, change: string, statement?: unknown): Remedy {
  return { side: 'destination', account: destination.account, change, ...(statement !== undefined && { statement }) };
}

export function atSource(account: string, change: string, statement?: unknown): Remedy {
  return { side: 'source', account, change, ...(statement !== undefined && { statement }) };
}
