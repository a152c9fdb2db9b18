/**
 * The query protocol (form in, XML out), which clients made before late 2023 speak with SQS; the AWS CLI 2.9 of Debian 12 is one.
 * Both directions are only a change of shape: the operations see and give what the JSON protocol would carry.
 */
import type { ApiError, ApiResponse } from '../../core/api.ts';
import { type XmlNode, xmlDocument } from '../../protocols/xml.ts';
import { malformedInput, queryErrorCode } from './errors.ts';
import type { Answer } from './operations.ts';

const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';

type Tree = { [name: string]: string | Tree };

/** `Name.1=…` stands for lists whose JSON name differs. */
const LISTS: Record<string, string> = {
  AttributeName: 'AttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  SendMessageBatchRequestEntry: 'Entries',
  DeleteMessageBatchRequestEntry: 'Entries',
  ChangeMessageVisibilityBatchRequestEntry: 'Entries',
};
const INTEGERS = ['DelaySeconds', 'MaxNumberOfMessages', 'VisibilityTimeout', 'WaitTimeSeconds', 'MaxResults'];

/** The form's parameters in the shape of the JSON protocol. @throws ApiError MalformedInput */
export function parseForm(form: URLSearchParams): object {
  const tree: Tree = {};
  for (const [name, value] of form) {
    if (name !== 'Action' && name !== 'Version') insert(tree, name.split('.'), value);
  }
  return fieldsOf(tree);
}

function insert(tree: Tree, [name = '', ...rest]: string[], value: string): void {
  const known = Object.hasOwn(tree, name) ? tree[name] : undefined;
  if (typeof known === 'string' || (known && rest.length === 0)) throw malformedInput(`${name} is given twice.`);
  if (rest.length === 0) {
    define(tree, name, value);
    return;
  }
  const child = known ?? {};
  define(tree, name, child);
  insert(child, rest, value);
}

/** Not by assignment: a parameter named `__proto__` is only a parameter. */
function define(tree: Tree, name: string, value: string | Tree): void {
  Object.defineProperty(tree, name, { value, enumerable: true, configurable: true, writable: true });
}

function fieldsOf(tree: Tree): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => {
      if (LISTS[name])
        return [LISTS[name], itemsOf(value).map((item) => (typeof item === 'string' ? item : fieldsOf(item)))];
      if (name === 'MessageAttribute') return ['MessageAttributes', namedValues(itemsOf(value))];
      if (INTEGERS.includes(name)) return [name, Number(value)];
      return [name, value];
    }),
  );
}

function itemsOf(value: string | Tree): (string | Tree)[] {
  if (typeof value === 'string') return [value];
  const indexes = Object.keys(value).sort((one, other) => Number(one) - Number(other));
  return indexes.map((index) => value[index]!);
}

function namedValues(items: (string | Tree)[]): object {
  return Object.fromEntries(
    items.map((item) => (typeof item === 'string' ? [item, {}] : [String(item['Name']), item['Value']])),
  );
}

const ELEMENTS: Record<string, string> = {
  Messages: 'Message',
  QueueUrls: 'QueueUrl',
  queueUrls: 'QueueUrl',
  Failed: 'BatchResultErrorEntry',
  Results: 'ListMessageMoveTasksResultEntry',
};

export function xmlAnswer(operation: string, answer: Answer, requestId: string): ApiResponse {
  const content = {
    ...(answer === undefined ? {} : { [`${operation}Result`]: elementsOf(operation, answer) }),
    ResponseMetadata: { RequestId: requestId },
  };
  return xml(200, xmlDocument(`${operation}Response`, content, NAMESPACE));
}

function elementsOf(operation: string, answer: object): { [element: string]: XmlNode } {
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]): [string, XmlNode] => {
      if (name === 'Attributes' || name === 'MessageAttributes') {
        const pairs = Object.entries(value).map(([Name, Value]) => ({ Name, Value: nodeOf(operation, Value) }));
        return [name.slice(0, -1), pairs];
      }
      return [name === 'Successful' ? `${operation}ResultEntry` : (ELEMENTS[name] ?? name), nodeOf(operation, value)];
    }),
  );
}

function nodeOf(operation: string, value: unknown): XmlNode {
  if (Array.isArray(value)) return value.map((item) => nodeOf(operation, item));
  if (typeof value === 'object' && value !== null) return elementsOf(operation, value);
  return value === undefined ? undefined : String(value);
}

export function xmlError(error: ApiError, requestId: string): ApiResponse {
  const Type = error.status < 500 ? 'Sender' : 'Receiver';
  const content = {
    Error: { Type, Code: queryErrorCode(error.code), Message: error.message, Detail: '' },
    RequestId: requestId,
  };
  return xml(error.status, xmlDocument('ErrorResponse', content, NAMESPACE));
}

function xml(status: number, body: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
