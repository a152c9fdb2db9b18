/** One thing that was looked at: a row of the table. */
export interface CheckLine {
  check: string;
  /** Of one route; otherwise about the relay as a whole. */
  route?: string;
  /**
   * `awaited`: not there yet, and no mistake so far; the check doesn't pass, and uploads wait. `advised`: all works, and something could
   * be done better; the check passes.
   */
  status: 'ok' | 'failed' | 'awaited' | 'advised' | 'skipped';
  /** What was seen, in AWS's words where it refused. */
  found: string;
  remedy?: Remedy;
}

/** Who must change what. */
export interface Remedy {
  side: 'source' | 'destination';
  /** The account of that side. */
  account: string;
  change: string;
  /** To paste: a statement of the policy that `change` names, or a bucket's setting. Absent where nothing can be pasted. */
  statement?: unknown;
}

/** A line without its name and route, as a look at something gives it. */
export type Finding = Omit<CheckLine, 'check' | 'route'>;

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

/** Whether somebody must do something. */
export function isOpen({ status }: Pick<CheckLine, 'status'>): boolean {
  return status === 'failed' || status === 'awaited';
}

export function skipped(found: string): Finding {
  return { status: 'skipped', found };
}
