/** How an AWS on this machine is started. */
import type { OrganizationInput } from './authorization/organization.ts';
import type { Clock } from './core/api.ts';
import type { LatenessOptions } from './core/lateness.ts';
import type { LogLine } from './core/log-line.ts';
import type { Faults } from './faults/faults.ts';
import type { ObjectCreated } from './services/s3/notifications/s3-notification.ts';
import type { StackInput } from './templates/assembly.ts';

export interface CloudOptions {
  /** Deployed in this order. */
  stacks: readonly StackInput[];
  /** 0, which is also the default, takes any free port. */
  port?: number;
  /** Holds objects, logs and the CA file. Without it a fresh one is made, and removed at the end. */
  folder?: string;
  /**
   * In place of `folder`: what is in all accounts stays there, and the next start on it goes on with it. Its stacks are updated to those
   * of `stacks`. README.md says what doesn't stay.
   */
  keep?: string;
  clock?: Clock;
  /** The clock by which clients sign, where `clock` may be moved so far that they would be refused; `clock` unless given. */
  clientClock?: Clock;
  /** Whether functions live by `clock`, too; otherwise by the clock of this machine, which AWS's may differ from. */
  movesFunctionClocks?: boolean;
  /** Told of each object in the very step in which it becomes visible; what happens to its event comes after it. */
  onObjectCreated?: (event: ObjectCreated) => void;
  /** Sees each line that a function may log. */
  onLog?: (line: LogLine) => void;
  /**
   * Accounts that get a user with full rights; all accounts of the stacks unless given. One without a stack belongs to the
   * partition of the first stack, or to that of `homeRegion`.
   */
  accountsWithOperator?: readonly string[];
  /** Whose service and resource control policies bind the accounts; `LocalCloud.organization` changes them. */
  organization?: OrganizationInput;
  /** Decides the partition where there are no stacks; `aws` unless given. */
  homeRegion?: string;
  /** How many invocations may run at once, each in a process of its own; 10 unless given. */
  maxSandboxes?: number;
  /** Whether rules and schedules fire when their time has come; otherwise only when told to. */
  firesSchedules?: boolean;
  /** What shall go wrong. */
  faults?: Faults;
  /** Makes it eventually consistent, as AWS is; otherwise each change is seen at once. Deployments wait, and what comes after them doesn't. */
  lateness?: LatenessOptions;
  /** What the order is drawn from in which resources are made that don't depend on each other; drawn itself unless given. */
  deploySeed?: number;
}
