/**
 * The tables of one account in one region, kept in memory by dynalite. Its operations are called as functions, without its HTTP server:
 * no port is opened, ARNs get the right account and region, and a fault of its own becomes an error here rather than the end of the process.
 */
import { createRequire } from 'node:module';
import { ApiError } from '../../core/api.ts';

/** What dynalite exports to itself (4.0.0, which the lockfile pins). */
interface DynaliteStore {
  tableDb: { awsAccountId: string; awsRegion: string };
  /** Everything of all tables: https://github.com/Level/abstract-level */
  db: {
    /** Shows what is there when it is made, whatever is written afterwards. */
    iterator(): { all(): Promise<[string, unknown][]> };
    batch(puts: { type: 'put'; key: string; value: unknown }[]): Promise<void>;
  };
}
interface DynaliteValidation {
  /** By parameter; what isn't listed would be dropped without a word. */
  types: Record<string, unknown>;
  custom?: (input: object, store: DynaliteStore) => string | undefined;
}
interface DynaliteValidations {
  checkTypes(input: object, types: DynaliteValidation['types']): Input;
  checkValidations(
    input: Input,
    types: DynaliteValidation['types'],
    custom: DynaliteValidation['custom'],
    store: DynaliteStore,
  ): void;
}
type DynaliteAction = (
  store: DynaliteStore,
  input: Input,
  done: (error: unknown, answer: Record<string, unknown>) => void,
) => void;

/** What its actions call, through this very object. */
interface DynaliteDb {
  create(options: { createTableMs: number; deleteTableMs: number }): DynaliteStore;
  /** @returns the error of a condition that isn't met */
  checkConditional(input: Input, existing: Item | undefined): DynaliteError | null | undefined;
}

type Item = Record<string, unknown>;

const require = createRequire(import.meta.url);
const db: DynaliteDb = require('dynalite/db');
const { checkTypes, checkValidations }: DynaliteValidations = require('dynalite/validations');

/** Parameters whose types and limits have been checked. */
export type Input = Record<string, unknown>;

/** A condition that isn't met, with the item that didn't meet it where the request asks for it. */
export class ConditionalCheckFailed extends ApiError {
  readonly item: Item | undefined;

  constructor(status: number, message: string, item: Item | undefined) {
    super(CONDITION_FAILED, status, message);
    this.item = item;
  }
}

const CONDITION_FAILED = 'ConditionalCheckFailedException';

/**
 * What dynalite lacks: the old item in the error, read under the same lock as the condition.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 */
const ADDED: Record<string, DynaliteValidation['types']> = {
  PutItem: { ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] } },
};

const { checkConditional } = db;
db.checkConditional = (input, existing) => {
  const error = checkConditional(input, existing);
  if (error && existing && input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD') error.body.Item = existing;
  return error;
};

export interface PreparedCall {
  input: Input;
  /** @throws ApiError as DynamoDB would, e.g. ConditionalCheckFailedException */
  run(): Promise<Record<string, unknown>>;
}

export class Store {
  readonly #dynalite = db.create({ createTableMs: 0, deleteTableMs: 0 });

  constructor({ account, region }: { account: string; region: string }) {
    this.#dynalite.tableDb.awsAccountId = account;
    this.#dynalite.tableDb.awsRegion = region;
  }

  /** As it is now: what is written from now on isn't in it. */
  entries(): Promise<[string, unknown][]> {
    return this.#dynalite.db.iterator().all();
  }

  async restore(entries: readonly [string, unknown][]): Promise<void> {
    await this.#dynalite.db.batch(entries.map(([key, value]) => ({ type: 'put', key, value })));
  }

  /**
   * Checks a request without touching any table.
   * @param operation one that dynalite has
   * @throws ApiError SerializationException or ValidationException; the latter also for a parameter that dynalite doesn't know
   */
  prepare(operation: string, parameters: object): PreparedCall {
    const fileName = operation[0]!.toLowerCase() + operation.slice(1);
    const { types: known, custom }: DynaliteValidation = require(`dynalite/validations/${fileName}`);
    const types = { ...known, ...ADDED[operation] };
    const action: DynaliteAction = require(`dynalite/actions/${fileName}`);
    const unknown = Object.keys(parameters).find((name) => !Object.hasOwn(types, name));
    if (unknown !== undefined) {
      throw new ApiError('ValidationException', 400, `The local DynamoDB doesn't support ${unknown} in ${operation}.`);
    }
    const input = checked(() => {
      const typed = checkTypes(parameters, types);
      checkValidations(typed, types, custom, this.#dynalite);
      return typed;
    });
    const run = () =>
      new Promise<Record<string, unknown>>((resolve, reject) => {
        action(this.#dynalite, input, (error, answer) => (error ? reject(apiErrorOf(error)) : resolve(answer)));
      });
    return { input, run };
  }
}

function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw apiErrorOf(error);
  }
}

interface DynaliteError {
  statusCode: number;
  body: { __type: string; message?: string; Message?: string; Item?: Item };
}

/** Errors meant for the client carry a status and a body; any other is a fault and stays as it is. */
function apiErrorOf(error: unknown): unknown {
  const { statusCode, body } = error as Partial<DynaliteError>;
  if (statusCode === undefined || body === undefined) return error;
  const code = body.__type.slice(body.__type.indexOf('#') + 1);
  const message = body.message ?? body.Message ?? '';
  if (code === CONDITION_FAILED) return new ConditionalCheckFailed(statusCode, message, body.Item);
  return new ApiError(code, statusCode, message);
}
