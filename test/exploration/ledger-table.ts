import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;
type Term = (present: Item | undefined, values: Item) => boolean;

/** The terms of the conditions that functions/delivery/ledger.ts and large-slots.ts send, joined by OR; any other is refused. */
const TERMS: Record<string, Term> = {
  'attribute_not_exists(id)': (present) => present === undefined,
  'attribute_not_exists(id) AND attribute_exists(id)': () => false,
  'version = :seen': (present, values) => present?.['version']?.N === values[':seen']!.N,
  'attribute_not_exists(sequencer)': (present) => present?.['sequencer'] === undefined,
  '#status <> :delivered': (present) => present?.['status']?.S !== 'delivered',
  '#status = :failed': (present) => present?.['status']?.S === 'failed',
  'sequencer <= :sequencer': (present, values) => {
    const sequencer = present?.['sequencer']?.S;
    return sequencer !== undefined && sequencer <= values[':sequencer']!.S!;
  },
};

/** The ledger's table. */
export class LedgerTable {
  readonly #items = new Map<string, Item>();

  /** @throws ConditionalCheckFailedException */
  put(input: PutItemCommandInput): void {
    const { Item, ConditionExpression, ExpressionAttributeValues = {}, ReturnValuesOnConditionCheckFailure } = input;
    const id = Item!['id']!.S!;
    if (ConditionExpression !== undefined) {
      const present = this.#items.get(id);
      const isMet = ConditionExpression.split(' OR ').some((text) => termOf(text)(present, ExpressionAttributeValues));
      if (!isMet) {
        const old = ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && present ? { Item: present } : {};
        throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {}, ...old });
      }
    }
    this.#items.set(id, Item!);
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
