/** The operations of DynamoDB that are there, each with the resources that it needs its action on. Dynalite does the rest. */
import type { Input } from './store.ts';

type TableOperation = (input: Input) => string[];

const theTable: TableOperation = ({ TableName }) => [`table/${String(TableName)}`];
const theTableOrIndex: TableOperation = ({ TableName, IndexName }) =>
  IndexName === undefined ? theTable({ TableName }) : [`table/${String(TableName)}/index/${String(IndexName)}`];
const allTables: TableOperation = ({ RequestItems }) =>
  Object.keys(RequestItems as object).map((name) => `table/${name}`);

/** Which resources an operation needs its action on (Service Authorization Reference, "Amazon DynamoDB"). */
export const OPERATIONS: Readonly<Record<string, TableOperation>> = {
  GetItem: theTable,
  PutItem: theTable,
  UpdateItem: theTable,
  DeleteItem: theTable,
  Query: theTableOrIndex,
  Scan: theTableOrIndex,
  BatchGetItem: allTables,
  BatchWriteItem: allTables,
  DescribeTable: theTable,
  UpdateTable: theTable,
  DeleteTable: theTable,
  ListTables: () => ['table/*'],
};
