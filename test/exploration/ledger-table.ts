import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;
type Term = (present: Item | undefined, values: Item) => boolean;

/** Sees every item that is written, and the one whose place it takes. */
type Watch = (present: Item | undefined, next: Item) => void;

/** The terms of the conditions that functions/delivery/ledger.ts and large-slots.ts send, joined by OR; any other is refused. */
const TERMS: Record<string, Term> = {
  'attribute_not_exists(id)': (present) => present === undefined,
  'attribute_not_exists(id) AND attribute_exists(id)': () => false,
  'version = :seen': (present, values) => present?.['version']?.N === values[':seen']!.N,
  '#status <> :delivered': (present) => present?.['status']?.S !== 'delivered',
  '#status = :failed': (present) => present?.['status']?.S === 'failed',
  'sourceETag = :eTag': isOf('sourceETag', ':eTag'),
  'sourceVersionId = :versionId': isOf('sourceVersionId', ':versionId'),
  '(sourceETag = :eTag AND attribute_not_exists(sequencer))': isUnknownOf('sourceETag', ':eTag'),
  '(sourceVersionId = :versionId AND attribute_not_exists(sequencer))': isUnknownOf('sourceVersionId', ':versionId'),
  '(startedAt = :overStartedAt AND sourceETag = :overETag)': (present, values) =>
    present?.['startedAt']?.S === values[':overStartedAt']!.S && present?.['sourceETag']?.S === values[':overETag']!.S,
  'sequencer < :sequencer': (present, values) => {
    const sequencer = present?.['sequencer']?.S;
    return sequencer !== undefined && sequencer < values[':sequencer']!.S!;
  },
  'sequencer <= :sequencer': (present, values) => {
    const sequencer = present?.['sequencer']?.S;
    return sequencer !== undefined && sequencer <= values[':sequencer']!.S!;
  },
};

function isOf(attribute: string, value: string): Term {
  return (present, values) => present?.[attribute]?.S === values[value]!.S;
}

function isUnknownOf(attribute: string, value: string): Term {
  return (present, values) => present?.['sequencer'] === undefined && isOf(attribute, value)(present, values);
}

/** The ledger's table. */
export class LedgerTable {
  readonly #items = new Map<string, Item>();
  readonly #onWritten: Watch;

  constructor(onWritten: Watch = () => undefined) {
    this.#onWritten = onWritten;
  }

  /** @throws ConditionalCheckFailedException */
  put({ Item, ConditionExpression, ExpressionAttributeValues = {}, ...asked }: PutItemCommandInput): {
    Attributes?: Item;
  } {
    const id = Item!['id']!.S!;
    const present = this.#items.get(id);
    if (ConditionExpression !== undefined) {
      const isMet = ConditionExpression.split(' OR ').some((text) => termOf(text)(present, ExpressionAttributeValues));
      if (!isMet)
        throw new ConditionalCheckFailedException({
          message: 'The conditional request failed',
          $metadata: {},
          ...(asked.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && present && { Item: present }),
        });
    }
    this.#onWritten(present, Item!);
    this.#items.set(id, Item!);
    return asked.ReturnValues === 'ALL_OLD' && present ? { Attributes: present } : {};
  }

  item(id: string): Record<string, string | undefined> | undefined {
    const item = this.#items.get(id);
    return item && Object.fromEntries(Object.entries(item).map(([name, { S, N }]) => [name, S ?? N]));
  }
}

function termOf(text: string): Term {
  const term = TERMS[text];
  if (!term) throw new Error(`unknown condition: ${text}`);
  return term;
}
