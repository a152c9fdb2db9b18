/** A stack: its resources, its outputs, and what has happened to it. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/api.ts';
import { arnOf } from '../core/partition.ts';
import type { Properties } from './change.ts';
import type { ResourceAnswers, Template } from './intrinsics.ts';
import type { DeployContext } from './resource-type.ts';

export interface StackId {
  name: string;
  account: string;
  region: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
export const STACK_STATUSES = [
  'REVIEW_IN_PROGRESS',
  'CREATE_IN_PROGRESS',
  'CREATE_COMPLETE',
  'ROLLBACK_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'UPDATE_IN_PROGRESS',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
  'DELETE_IN_PROGRESS',
  'DELETE_COMPLETE',
  'DELETE_FAILED',
] as const;
export type StackStatus = (typeof STACK_STATUSES)[number];

export type ResourceStatus =
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_COMPLETE'
  | 'CREATE_FAILED'
  | 'IMPORT_COMPLETE'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED'
  | 'DELETE_SKIPPED';

export interface StackEvent {
  id: string;
  time: Date;
  /** The stack's name for what concerns it as a whole. */
  logicalId: string;
  type: string;
  physicalId?: string | undefined;
  status: StackStatus | ResourceStatus;
  reason?: string | undefined;
}

export interface StackResource {
  logicalId: string;
  type: string;
  answers: ResourceAnswers;
  /** What the template says of it, with every intrinsic function resolved. */
  resolved: Properties;
  /** The same as its type understands it. */
  properties: unknown;
  context: DeployContext;
  deletionPolicy: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  updateReplacePolicy: 'Delete' | 'Retain';
  /** It was there before the stack, which must not take it away when its creation fails. */
  imported?: boolean;
}

/** All that a stack is made of. */
export interface StackState {
  id: StackId;
  arn: string;
  created: Date;
  events: StackEvent[];
  status: StackStatus;
  deployed: Deployed;
  resources: Map<string, StackResource>;
  isProtected: boolean;
  operations: number;
}

/** A template with the values of its parameters, as it was deployed. */
export interface Deployed {
  template: Template;
  parameters: Record<string, string>;
  outputs: Record<string, string>;
  /** By the names of the exports. */
  exports: Record<string, string>;
}

const UPDATABLE: StackStatus[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'];

export class Stack {
  readonly id: StackId;
  /** What CloudFormation calls its id: another one for each stack of the name. */
  readonly arn: string;
  readonly created: Date;
  readonly events: StackEvent[] = [];
  status: StackStatus = 'CREATE_IN_PROGRESS';
  deployed: Deployed;
  /** By logical id. */
  resources = new Map<string, StackResource>();
  /** Whether nobody may delete it. */
  isProtected = false;
  /** Of creations, updates and deletions. */
  operations = 0;
  readonly #clock: Clock;

  constructor(id: StackId, deployed: Deployed, clock: Clock, kept?: Pick<StackState, 'arn' | 'created'>) {
    this.id = id;
    this.arn = kept?.arn ?? arnOf('cloudformation', id, `stack/${id.name}/${randomUUID()}`);
    this.created = kept?.created ?? new Date(clock());
    this.deployed = deployed;
    this.#clock = clock;
  }

  static from(state: StackState, clock: Clock): Stack {
    const stack = new Stack(state.id, state.deployed, clock, state);
    stack.events.push(...state.events);
    stack.status = state.status;
    stack.resources = state.resources;
    stack.isProtected = state.isProtected;
    stack.operations = state.operations;
    return stack;
  }

  get state(): StackState {
    const { id, arn, created, events, status, deployed, resources, isProtected, operations } = this;
    return { id, arn, created, events, status, deployed, resources, isProtected, operations };
  }

  get isUpdatable(): boolean {
    return UPDATABLE.includes(this.status);
  }

  get isInProgress(): boolean {
    return this.status.endsWith('_IN_PROGRESS') && !this.isInReview;
  }

  /** Made by a change set that has not been executed. */
  get isInReview(): boolean {
    return this.status === 'REVIEW_IN_PROGRESS';
  }

  get isGone(): boolean {
    return this.status === 'DELETE_COMPLETE';
  }

  enter(status: StackStatus, reason?: string): void {
    this.status = status;
    this.#report({ logicalId: this.id.name, type: 'AWS::CloudFormation::Stack', status, reason });
  }

  report(
    { logicalId, type }: { logicalId: string; type: string },
    status: ResourceStatus,
    more: { physicalId?: string; reason?: string } = {},
  ): void {
    this.#report({ logicalId, type, status, ...more });
  }

  /** No two events have one time: clients put them in order by it. */
  #report(event: Omit<StackEvent, 'time' | 'id'>): void {
    const earliest = (this.events.at(-1)?.time.getTime() ?? 0) + 1;
    this.events.push({ id: randomUUID(), time: new Date(Math.max(this.#clock(), earliest)), ...event });
  }
}
