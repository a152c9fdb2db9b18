/** DynamoDB over HTTP: checks the request, asks who may, and lets the account's store do the rest. */
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Authorizer,
  type Caller,
  type Service,
} from '../../core/api.ts';
import { arnOf, type Place } from '../../core/partition.ts';
import { jsonAnswer, jsonError, parseParameters } from './json-protocol.ts';
import { type Input, Store } from './store.ts';

const TARGET_PREFIX = 'DynamoDB_20120810.';
const ACTIVE_POLL_MS = 1;

type TableOperation = (input: Input) => string[];

const theTable: TableOperation = ({ TableName }) => [`table/${String(TableName)}`];
const theTableOrIndex: TableOperation = ({ TableName, IndexName }) =>
  IndexName === undefined ? theTable({ TableName }) : [`table/${String(TableName)}/index/${String(IndexName)}`];
const allTables: TableOperation = ({ RequestItems }) =>
  Object.keys(RequestItems as object).map((name) => `table/${name}`);

/** Which resources an operation needs its action on (Service Authorization Reference, "Amazon DynamoDB"). */
const OPERATIONS: Readonly<Record<string, TableOperation>> = {
  GetItem: theTable,
  PutItem: theTable,
  UpdateItem: theTable,
  DeleteItem: theTable,
  Query: theTableOrIndex,
  Scan: theTableOrIndex,
  BatchGetItem: allTables,
  BatchWriteItem: allTables,
  DescribeTable: theTable,
  ListTables: () => ['table/*'],
};

/**
 * Condition keys of several values whose values are not worked out here. Were they absent, `ForAllValues` would hold for
 * everything and so allow it; a value that no policy names makes it fail.
 */
const NOT_WORKED_OUT = {
  'dynamodb:LeadingKeys': ['(not known to the local AWS)'],
  'dynamodb:Attributes': ['(not known to the local AWS)'],
};

/** Tables of all accounts and regions, each account's and region's apart. They last as long as this object: there is nothing to close. */
export class DynamoDbService implements Service {
  readonly #authorizer: Authorizer;
  readonly #stores = new Map<string, { place: Place; store: Store }>();

  constructor({ authorizer }: { authorizer: Authorizer }) {
    this.#authorizer = authorizer;
  }

  async handle({ caller, region, headers, body }: ApiRequest): Promise<ApiResponse> {
    const operation = operationOf(headers['x-amz-target']);
    const place = { account: accountOf(caller), region };
    const { input, run } = this.#storeOf(place).prepare(operation, parseParameters(await text(body)));
    for (const resource of OPERATIONS[operation]!(input)) {
      this.#authorizer.authorize({
        caller,
        action: `dynamodb:${operation}`,
        resource: arnOf('dynamodb', place, resource),
        resourceAccount: place.account,
        context: NOT_WORKED_OUT,
      });
    }
    return jsonAnswer(200, await run());
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
    await store.prepare('CreateTable', definition).run();
    const describe = store.prepare('DescribeTable', { TableName: name });
    const isActive = async () => {
      const { Table } = await describe.run();
      return (Table as { TableStatus: string }).TableStatus === 'ACTIVE';
    };
    while (!(await isActive())) await wait(ACTIVE_POLL_MS);
    return { name, arn: arnOf('dynamodb', place, `table/${name}`) };
  }

  /** For a template too, and waits until it is gone. @throws ApiError ResourceNotFoundException */
  async deleteTable(place: Place, TableName: string): Promise<void> {
    const store = this.#storeOf(place);
    await store.prepare('DeleteTable', { TableName }).run();
    const list = store.prepare('ListTables', {});
    const isThere = async () => ((await list.run())['TableNames'] as string[]).includes(TableName);
    while (await isThere()) await wait(ACTIVE_POLL_MS);
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

  #storeOf(place: Place): Store {
    const key = `${place.account} ${place.region}`;
    const known = this.#stores.get(key) ?? { place, store: new Store(place) };
    this.#stores.set(key, known);
    return known.store;
  }
}

function operationOf(target: string | string[] | undefined): string {
  const text = String(target ?? '(none)');
  const operation = text.startsWith(TARGET_PREFIX) ? text.slice(TARGET_PREFIX.length) : text;
  if (text !== operation && Object.hasOwn(OPERATIONS, operation)) return operation;
  const known = Object.keys(OPERATIONS).join(', ');
  const problem = `The operation ${operation} is not one of the local DynamoDB's: ${known}.`;
  throw new ApiError('UnknownOperationException', 400, problem);
}

function accountOf({ principal }: Caller): string {
  if ('account' in principal) return principal.account;
  throw new ApiError('MissingAuthenticationTokenException', 400, 'Request is missing Authentication Token');
}
