/**
 * The query protocol (form in, XML out), which clients made before late 2023 speak with SQS; the AWS CLI 2.9 of Debian 12 is one.
 * Both directions are only a change of shape: the operations see and give what the JSON protocol would carry.
 */
import type { ApiError, ApiResponse } from '../../core/api.ts';
import type { JsonContent } from '../../protocols/aws-json.ts';
import { queryAnswer, queryError } from '../../protocols/query.ts';
import { type FormTree, formTree } from '../../protocols/query-form.ts';
import type { XmlNode } from '../../protocols/xml.ts';
import { queryErrorCode } from './errors.ts';

const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';

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
  return fieldsOf(formTree(form));
}

function fieldsOf(tree: FormTree): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => {
      if (LISTS[name])
        return [LISTS[name], itemsOf(value).map((item) => (typeof item === 'string' ? item : fieldsOf(item)))];
      if (name === 'MessageAttribute') return ['MessageAttributes', namedValues(itemsOf(value))];
      if (name === 'Attribute') return ['Attributes', namedValues(itemsOf(value))];
      if (INTEGERS.includes(name)) return [name, Number(value)];
      return [name, value];
    }),
  );
}

function itemsOf(value: string | FormTree): (string | FormTree)[] {
  if (typeof value === 'string') return [value];
  const indexes = Object.keys(value).sort((one, other) => Number(one) - Number(other));
  return indexes.map((index) => value[index]!);
}

function namedValues(items: (string | FormTree)[]): object {
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

export function xmlAnswer(operation: string, answer: JsonContent, requestId: string): ApiResponse {
  return queryAnswer(NAMESPACE, operation, answer && elementsOf(operation, answer), requestId);
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
  return queryError({ namespace: NAMESPACE }, error, requestId, { Code: queryErrorCode(error.code), Detail: '' });
}
