/** DynamoDB over HTTP: checks the request, asks who may, and lets the account's store do the rest. */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { ApiError, type ApiRequest, type ApiResponse, type Authorizer, type Service } from '../../core/api.ts';
import type { Keeper } from '../../core/keeper.ts';
import { arnOf, type Place } from '../../core/partition.ts';
import { type JsonApi, type JsonCall, type JsonOperation, runJson } from '../../protocols/aws-json.ts';
import { jsonAnswer, jsonError, parseParameters } from './json-protocol.ts';
import { OPERATIONS } from './operations.ts';
import { Steps } from './steps.ts';
import { type Input, type PreparedCall, Store } from './store.ts';

const ACTIVE_POLL_MS = 1;

const TableUpdate = z.strictObject({ TableName: z.string(), DeletionProtectionEnabled: z.boolean() });

async function untilGone(store: Store, tableName: string): Promise<void> {
  const list = store.prepare('ListTables', {});
  const isThere = async () => ((await list.run())['TableNames'] as string[]).includes(tableName);
  while (await isThere()) await wait(ACTIVE_POLL_MS);
}

/** @throws ApiError ValidationException naming what isn't known here */
function readUpdate(parameters: object): z.output<typeof TableUpdate> {
  const update = TableUpdate.safeParse(parameters);
  if (update.success) return update.data;
  const problem = `The local DynamoDB's UpdateTable takes TableName and DeletionProtectionEnabled: ${z.prettifyError(update.error)}`;
  throw new ApiError('ValidationException', 400, problem);
}

/** Tables of all accounts and regions, each account's and region's apart, in memory: there is nothing to close. */
export class DynamoDbService implements Service, Keeper {
  readonly #authorizer: Authorizer;
  readonly #api: JsonApi;
  /** The ARNs of tables with deletion protection, of which dynalite knows nothing. */
  readonly #protected = new Set<string>();
  readonly #stores = new Map<string, { place: Place; store: Store }>();
  readonly #steps = new Steps();

  constructor({ authorizer }: { authorizer: Authorizer }) {
    const run =
      (name: string): JsonOperation =>
      (call, body) =>
        this.#run(name, call, body);
    const operations = Object.fromEntries(Object.keys(OPERATIONS).map((name) => [name, run(name)]));
    this.#authorizer = authorizer;
    this.#api = { service: 'DynamoDB', target: 'DynamoDB_20120810', operations };
  }

  /** Between two operations: one writes a table and its indexes in several steps. */
  pause(): Promise<() => void> {
    return this.#steps.pause();
  }

  async snapshot() {
    const stores = [...this.#stores.values()].map(({ place, store }) => ({ place, entries: store.entries() }));
    const protectedTables = new Set(this.#protected);
    const tables = await Promise.all(stores.map(async ({ place, entries }) => ({ place, entries: await entries })));
    return { tables, protectedTables };
  }

  async restore({ tables, protectedTables }: Awaited<ReturnType<DynamoDbService['snapshot']>>): Promise<void> {
    for (const { place, entries } of tables) await this.#storeOf(place).restore(entries);
    for (const arn of protectedTables) this.#protected.add(arn);
  }

  get operations(): string[] {
    return Object.keys(OPERATIONS);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    return jsonAnswer(200, (await runJson(this.#api, request))!);
  }

  renderError(error: ApiError): ApiResponse {
    return jsonError(error);
  }

  /**
   * Makes a table for a template, under no one's rights, and waits until it can be used.
   * @param definition the parameters of CreateTable
   * @throws ApiError ValidationException; ResourceInUseException when the name is taken
   */
  async createTable(place: Place, definition: { TableName: string } & Input): Promise<{ name: string; arn: string }> {
    const store = this.#storeOf(place);
    const { TableName: name } = definition;
    // Dynalite refuses it as well, without a word.
    if ((await this.tableArns()).includes(arnOf('dynamodb', place, `table/${name}`))) {
      throw new ApiError('ResourceInUseException', 400, `Table already exists: ${name}`);
    }
    await this.#steps.run(() => store.prepare('CreateTable', definition).run());
    const describe = store.prepare('DescribeTable', { TableName: name });
    const isActive = async () => {
      const { Table } = await describe.run();
      return (Table as { TableStatus: string }).TableStatus === 'ACTIVE';
    };
    while (!(await isActive())) await wait(ACTIVE_POLL_MS);
    return { name, arn: arnOf('dynamodb', place, `table/${name}`) };
  }

  /** Whether DeleteTable, and the removal of a stack, is refused. */
  protect(tableArn: string, on: boolean): void {
    if (on) this.#protected.add(tableArn);
    else this.#protected.delete(tableArn);
  }

  /** @throws ApiError `ValidationException` for a table with deletion protection */
  checkUnprotected(tableArn: string): void {
    if (!this.#protected.has(tableArn)) return;
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html
    const problem = `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`;
    throw new ApiError('ValidationException', 400, problem);
  }

  /** Under no one's rights, protected or not, and waits until it is gone. @throws ApiError ResourceNotFoundException */
  async deleteTable(place: Place, TableName: string): Promise<void> {
    const store = this.#storeOf(place);
    this.#protected.delete(arnOf('dynamodb', place, `table/${TableName}`));
    await this.#steps.run(() => store.prepare('DeleteTable', { TableName }).run());
    await untilGone(store, TableName);
  }

  /** The ARNs of all tables. */
  async tableArns(): Promise<string[]> {
    const arns: string[] = [];
    for (const { place, store } of this.#stores.values()) {
      const { TableNames } = await store.prepare('ListTables', {}).run();
      arns.push(...(TableNames as string[]).map((name) => arnOf('dynamodb', place, `table/${name}`)));
    }
    return arns;
  }

  async #run(operation: string, { caller, ...place }: JsonCall, body: string): Promise<object> {
    const { input, run } = this.#prepare(operation, place, parseParameters(body));
    for (const resource of OPERATIONS[operation]!(input)) {
      this.#authorizer.authorize({
        caller,
        action: `dynamodb:${operation}`,
        resource: arnOf('dynamodb', place, resource),
        resourceAccount: place.account,
      });
    }
    return this.#steps.run(run);
  }

  #prepare(operation: string, place: Place, parameters: object): PreparedCall {
    if (operation === 'UpdateTable') return this.#prepareUpdate(place, parameters);
    const call = this.#storeOf(place).prepare(operation, parameters);
    const arn = arnOf('dynamodb', place, `table/${String(call.input['TableName'])}`);
    const run = async () => {
      if (operation === 'DeleteTable') this.checkUnprotected(arn);
      const answer = await call.run();
      if (operation === 'DeleteTable') await untilGone(this.#storeOf(place), String(call.input['TableName']));
      const { Table } = answer;
      const DeletionProtectionEnabled = this.#protected.has(arn);
      return operation === 'DescribeTable' ? { Table: { ...(Table as object), DeletionProtectionEnabled } } : answer;
    };
    return { input: call.input, run };
  }

  /** Deletion protection is all that it changes of a table here. */
  #prepareUpdate(place: Place, parameters: object): PreparedCall {
    const { TableName, DeletionProtectionEnabled } = readUpdate(parameters);
    const arn = arnOf('dynamodb', place, `table/${TableName}`);
    const describe = this.#prepare('DescribeTable', place, { TableName });
    const run = async () => {
      await describe.run();
      this.protect(arn, DeletionProtectionEnabled);
      const { Table } = await describe.run();
      return { TableDescription: Table };
    };
    return { input: { TableName }, run };
  }

  #storeOf(place: Place): Store {
    const key = `${place.account} ${place.region}`;
    const known = this.#stores.get(key) ?? { place, store: new Store(place) };
    this.#stores.set(key, known);
    return known.store;
  }
}
