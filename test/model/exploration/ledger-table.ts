import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;
type Term = (present: Item | undefined, values: Item) => boolean;

/** Sees every item that is written, and the one whose place it takes. */
type Watch = (present: Item | undefined, next: Item) => void;

/** The terms of the conditions that functions/ledger/write.ts and large-slots.ts send, joined by OR; any other is refused. */
const TERMS: Record<string, Term> = {
  'attribute_not_exists(id)': (present) => present === undefined,
  'attribute_not_exists(id) AND attribute_exists(id)': () => false,
  'version = :seen': (present, values) => present?.['version']?.N === values[':seen']!.N,
  '(#status <> :delivered AND attribute_not_exists(deliveredETag))': (present) =>
    present?.['status']?.S !== 'delivered' && present?.['deliveredETag'] === undefined,
  '(#status = :failed AND attribute_not_exists(deliveredETag))': (present) =>
    present?.['status']?.S === 'failed' && present['deliveredETag'] === undefined,
  ...sameTerms('(#status = :delivered AND ', 'sourceETag', 'sequencer', ':eTag'),
  ...sameTerms('(#status = :delivered AND ', 'sourceVersionId', 'sequencer', ':versionId'),
  ...sameTerms('(', 'deliveredETag', 'deliveredSequencer', ':eTag'),
  ...sameTerms('(', 'deliveredVersionId', 'deliveredSequencer', ':versionId'),
  '(startedAt = :overStartedAt AND sourceETag = :overETag)': isOver('sourceETag'),
  '(startedAt = :overStartedAt AND deliveredETag = :overETag)': isOver('deliveredETag'),
  '(#status = :delivered AND sequencer <= :sequencer)': (present, values) =>
    present?.['status']?.S === 'delivered' && isUpTo('sequencer', values)(present),
  'deliveredSequencer <= :sequencer': (present, values) => isUpTo('deliveredSequencer', values)(present),
};

/** The same version, whose place in the order nobody has told. */
function sameTerms(start: string, attribute: string, order: string, value: string): Record<string, Term> {
  const isDelivered = (present: Item | undefined) => start === '(' || present?.['status']?.S === 'delivered';
  return {
    [`${start}${attribute} = ${value} AND attribute_not_exists(${order}))`]: (present, values) =>
      isDelivered(present) && present?.[order] === undefined && present?.[attribute]?.S === values[value]!.S,
  };
}

function isOver(attribute: string): Term {
  return (present, values) =>
    present?.['startedAt']?.S === values[':overStartedAt']!.S && present?.[attribute]?.S === values[':overETag']!.S;
}

function isUpTo(order: string, values: Item): (present: Item | undefined) => boolean {
  return (present) => present?.[order]?.S !== undefined && present[order].S <= values[':sequencer']!.S!;
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
