/** What an audit works with. */
import type { AuditRequest, Report } from '../../request/audit-request.ts';
import type { ReplayRun } from '../replay-run.ts';
import type { Scope } from '../scope.ts';

/** One execution of an audit. */
export interface Audit extends ReplayRun {
  request: AuditRequest;
  report: Report;
  scope: Scope;
  limits: AuditLimits;
}

/** Where stretches of a report end. All but `stepMs` and `linesPerStep` decide about its bytes. */
export interface AuditLimits {
  /** The lines of one key stay together, so a part may have a few less. */
  linesPerPart: number;
  /** A member of the gzip file: at 4 KB a line, the longest, 8 MB are in memory. */
  linesPerMember: number;
  /** A member also ends after so many keys of the listing, so that a step ends where no route takes any of them. */
  keysPerMember: number;
  /** A step ends with the first member after one of these two. */
  linesPerStep: number;
  stepMs: number;
  /** With a part after each and a pause after each fourth, 2,815 of the 3,000 operations that an execution may have. */
  stepsPerExecution: number;
  /** Of each status, that the summary names. */
  findings: number;
}

export const AUDIT_LIMITS: AuditLimits = {
  linesPerPart: 1_000_000,
  linesPerMember: 2_000,
  keysPerMember: 10_000,
  linesPerStep: 100_000,
  stepMs: 60_000,
  stepsPerExecution: 1_250,
  findings: 1_000,
};
