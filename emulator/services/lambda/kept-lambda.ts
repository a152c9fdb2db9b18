/** Functions from one start to the next, with what feeds them and what was under way. */
import { basename, join } from 'node:path';
import type { Keeper } from '../../core/keeper.ts';
import type { AsyncEvent, AsyncInvocations } from './async-invocations.ts';
import type { KeptState } from './durable/execution.ts';
import type { DurableExecutions } from './durable/executions.ts';
import type { EventSourceMapping, MappingSettings } from './event-source-mapping.ts';
import type { FunctionRegistry, LambdaFunction, Target } from './store.ts';

export interface KeptLambdaParts {
  codeFolder: string;
  functions: FunctionRegistry;
  executions: DurableExecutions;
  asyncInvocations: AsyncInvocations;
  mappings: {
    mappings(): EventSourceMapping[];
    createEventSourceMapping(settings: MappingSettings, uuid: string): unknown;
  };
}

interface KeptExecution extends KeptState {
  name: string;
  payload: string;
  target: Target;
}

interface KeptEvent extends Omit<AsyncEvent, 'durable'> {
  executionArn: string | undefined;
  attempt: number;
}

interface Kept {
  functions: FunctionRegistry['state'];
  mappings: { uuid: string; settings: MappingSettings }[];
  executions: KeptExecution[];
  events: KeptEvent[];
}

export class KeptLambda implements Keeper {
  readonly #parts: KeptLambdaParts;
  #underWay: Omit<Kept, 'functions'> | undefined;

  constructor(parts: KeptLambdaParts) {
    this.#parts = parts;
  }

  snapshot(): Kept {
    const { functions, mappings, executions, asyncInvocations } = this.#parts;
    return {
      functions: mapFunctions(functions.state, withName),
      mappings: mappings.mappings().map(({ uuid, settings }) => ({
        uuid,
        settings: { ...settings, target: mapTarget(settings.target, withName) },
      })),
      executions: executions.list().map(({ name, payload, target, kept }) => {
        return { ...kept, name, payload, target: mapTarget(target, withName) };
      }),
      events: asyncInvocations.pending().map(([{ durable, target, ...event }, attempt]) => {
        return { ...event, attempt, target: mapTarget(target, withName), executionArn: durable?.arn };
      }),
    };
  }

  restore({ functions, ...underWay }: Kept): void {
    this.#parts.functions.restore(mapFunctions(functions, this.#withFolder));
    this.#underWay = underWay;
  }

  resume(): void {
    const { mappings, executions, asyncInvocations } = this.#parts;
    const underWay = this.#underWay ?? { mappings: [], executions: [], events: [] };
    for (const { uuid, settings } of underWay.mappings) {
      mappings.createEventSourceMapping({ ...settings, target: this.#target(settings.target) }, uuid);
    }
    for (const { name, payload, target, ...state } of underWay.executions) {
      executions.restore(this.#target(target), name, payload, state);
    }
    const events = underWay.events.map(({ attempt, executionArn, target, ...event }): [AsyncEvent, number] => {
      const durable = executionArn === undefined ? undefined : executions.find(executionArn);
      return [{ ...event, target: this.#target(target), durable }, attempt];
    });
    asyncInvocations.restore(events);
    this.#underWay = undefined;
  }

  #target(target: Target): Target {
    return this.#parts.functions.restoredTarget(mapTarget(target, this.#withFolder));
  }

  readonly #withFolder = (fn: LambdaFunction): LambdaFunction => {
    return { ...fn, taskRoot: join(this.#parts.codeFolder, fn.taskRoot) };
  };
}

/** The folder in which everything is kept may be moved. */
function withName(fn: LambdaFunction): LambdaFunction {
  return { ...fn, taskRoot: basename(fn.taskRoot) };
}

function mapFunctions(
  { entries, revisions }: FunctionRegistry['state'],
  change: (fn: LambdaFunction) => LambdaFunction,
): FunctionRegistry['state'] {
  const changed = entries.map(({ latest, versions, published }) => ({
    latest: change(latest),
    versions: new Map([...versions].map(([number, version]) => [number, change(version)])),
    published,
  }));
  return { entries: changed, revisions };
}

function mapTarget(target: Target, change: (fn: LambdaFunction) => LambdaFunction): Target {
  return { ...target, function: change(target.function) };
}
