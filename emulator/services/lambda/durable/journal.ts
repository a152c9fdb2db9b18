/** The checkpoints of one durable execution: what its function has said, and what Lambda has done since. */
import { ApiError, type Clock } from '../../../core/api.ts';
import type { ErrorObject, Operation, OperationUpdate } from './operation.ts';

/** What Lambda has to do for an operation once it has begun. */
export interface JournalEvents {
  onWait: (operation: Operation, until: Date) => void;
  onRetry: (operation: Operation, at: Date) => void;
  onInvoke: (operation: Operation, functionName: string, payload: string) => void;
}

/** Lambda's quotas for one execution (Developer Guide, "Lambda quotas"). */
const MAX_OPERATIONS = 3_000;
const MAX_WRITTEN_BYTES = 100_000_000;

export class Journal {
  /** In the order they began; the first is the execution itself. */
  readonly #operations = new Map<string, Operation>();
  /** Changed by Lambda since the function was last told. */
  #fresh = new Set<string>();
  readonly #clock: Clock;
  readonly #events: JournalEvents;
  #begun = 0;
  #writtenBytes = 0;

  constructor(clock: Clock, events: JournalEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  get state() {
    const { operations } = this;
    return { operations, fresh: this.#fresh, begun: this.#begun, writtenBytes: this.#writtenBytes };
  }

  /** @param goesOn whether what waits for its time goes on waiting for it */
  restore({ operations, fresh, begun, writtenBytes }: Journal['state'], goesOn: boolean): void {
    for (const operation of operations) {
      this.#operations.set(operation.Id, operation);
      if (operation.EndTimestamp || !goesOn) continue;
      const { WaitDetails, StepDetails, Status } = operation;
      if (WaitDetails) this.#events.onWait(operation, WaitDetails.ScheduledEndTimestamp);
      if (Status === 'PENDING') this.#events.onRetry(operation, StepDetails!.NextAttemptTimestamp!);
    }
    this.#fresh = new Set(fresh);
    this.#begun = begun;
    this.#writtenBytes = writtenBytes;
  }

  get hasNews(): boolean {
    return this.#fresh.size > 0;
  }

  /** How many operations have begun, those since dropped included. */
  get operationsBegun(): number {
    return this.#begun;
  }

  begin(id: string, name: string, payload: string): void {
    this.#operations.set(id, {
      Id: id,
      Name: name,
      Type: 'EXECUTION',
      Status: 'STARTED',
      StartTimestamp: this.#now(),
      ExecutionDetails: { InputPayload: payload },
    });
  }

  get operations(): Operation[] {
    return [...this.#operations.values()];
  }

  /** The ids of what Lambda has changed; from then on it is no news. */
  takeNews(): string[] {
    const ids = [...this.#fresh];
    this.#fresh = new Set();
    return ids;
  }

  /** @throws ApiError `InvalidParameterValueException` beyond a quota, or for what doesn't follow on what is there */
  apply(updates: OperationUpdate[]): Operation[] {
    for (const update of updates) {
      this.#writtenBytes += Buffer.byteLength(JSON.stringify(update));
      this.#applyOne(update);
    }
    if (this.#begun > MAX_OPERATIONS) throw refused(`exceeded ${MAX_OPERATIONS} operations`);
    if (this.#writtenBytes > MAX_WRITTEN_BYTES) throw refused(`wrote more than ${MAX_WRITTEN_BYTES} bytes`);
    const told = new Set([...updates.map(({ Id }) => Id), ...this.takeNews()]);
    return [...told].flatMap((id) => this.#operations.get(id) ?? []);
  }

  elapse(operation: Operation): void {
    operation.Status = 'SUCCEEDED';
    this.#end(operation, true);
  }

  makeReady(operation: Operation): void {
    operation.Status = 'READY';
    this.#fresh.add(operation.Id);
  }

  answer(operation: Operation, answer: { Result: string } | { Error: ErrorObject }): void {
    this.#writtenBytes += Buffer.byteLength(JSON.stringify(answer));
    operation.Status = 'Error' in answer ? 'FAILED' : 'SUCCEEDED';
    operation.ChainedInvokeDetails = answer;
    this.#end(operation, true);
  }

  #applyOne(update: OperationUpdate): void {
    if (update.Type === 'EXECUTION') throw refused('ends by its answer; larger answers are not supported here');
    const operation = this.#operations.get(update.Id);
    if (update.Action === 'START') this.#start(update, operation);
    else if (!operation || operation.Type !== update.Type) throw refused(`${update.Id} was not started`);
    else if (operation.EndTimestamp) throw refused(`${update.Id} is over`);
    else if (update.Type === 'STEP') this.#step(operation, update);
    else if (update.Type === 'CONTEXT' && update.Action !== 'RETRY') this.#context(operation, update);
    else throw refused(`${update.Action} is no action of ${update.Type}`);
  }

  #start(update: OperationUpdate, present: Operation | undefined): void {
    const { Id, ParentId, Name, Type, SubType } = update;
    if (present) {
      const isAgain = present.Type === 'STEP' && Type === 'STEP' && present.Status === 'READY';
      if (!isAgain) throw refused(`${Id} was started before`);
      present.Status = 'STARTED';
      return;
    }
    this.#begun += 1;
    const operation: Operation = { Id, ParentId, Name, Type, SubType, Status: 'STARTED', StartTimestamp: this.#now() };
    this.#operations.set(Id, operation);
    if (Type === 'STEP') operation.StepDetails = { Attempt: 0 };
    if (Type === 'WAIT') {
      const until = this.#in(update.WaitOptions?.WaitSeconds);
      operation.WaitDetails = { ScheduledEndTimestamp: until };
      this.#events.onWait(operation, until);
    }
    if (Type === 'CHAINED_INVOKE') {
      operation.ChainedInvokeDetails = {};
      this.#events.onInvoke(operation, update.ChainedInvokeOptions?.FunctionName ?? '', update.Payload ?? '{}');
    }
  }

  #step(operation: Operation, { Action, Payload, Error: failure, StepOptions }: OperationUpdate): void {
    const Attempt = operation.StepDetails?.Attempt ?? 0;
    if (Action === 'RETRY') {
      const at = this.#in(StepOptions?.NextAttemptDelaySeconds);
      operation.Status = 'PENDING';
      operation.StepDetails = { Attempt: Attempt + 1, NextAttemptTimestamp: at, Error: failure };
      this.#events.onRetry(operation, at);
      return;
    }
    operation.Status = Action === 'SUCCEED' ? 'SUCCEEDED' : 'FAILED';
    operation.StepDetails = { Attempt, ...(Action === 'SUCCEED' ? { Result: Payload } : { Error: failure }) };
    this.#end(operation, false);
  }

  #context(operation: Operation, { Action, Payload, Error: failure, ContextOptions }: OperationUpdate): void {
    const ReplayChildren = ContextOptions?.ReplayChildren === true;
    operation.Status = Action === 'SUCCEED' ? 'SUCCEEDED' : 'FAILED';
    operation.ContextDetails = { ReplayChildren, ...(Action === 'SUCCEED' ? { Result: Payload } : { Error: failure }) };
    this.#end(operation, false);
    if (!ReplayChildren) this.#drop(operation.Id);
  }

  /** What is within a finished context is not replayed, unless it asked for it. */
  #drop(parentId: string): void {
    for (const { Id, ParentId } of [...this.#operations.values()]) {
      if (ParentId !== parentId) continue;
      this.#operations.delete(Id);
      this.#drop(Id);
    }
  }

  #end(operation: Operation, isNews: boolean): void {
    operation.EndTimestamp = this.#now();
    if (isNews && this.#operations.has(operation.Id)) this.#fresh.add(operation.Id);
  }

  #now(): Date {
    return new Date(this.#clock());
  }

  #in(seconds: number | undefined): Date {
    if (seconds === undefined) throw refused('lacks its number of seconds');
    return new Date(this.#clock() + seconds * 1000);
  }
}

function refused(reason: string): ApiError {
  return new ApiError('InvalidParameterValueException', 400, `The durable execution ${reason}.`);
}
