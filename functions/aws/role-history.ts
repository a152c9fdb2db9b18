/** Remembers in the ledger's table when a role of another account first let the relay in, and first refused it. */
import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { RoleMemoryConfig } from '../core/config.ts';
import { RelayError } from '../core/errors.ts';
import type { RouteRole } from './route-role.ts';

/** What is known of a role of another account. */
export interface RoleFacts {
  /** When it first let this relay in. */
  assumedAt?: Date;
  /** When it first refused this relay, which it had never let in. */
  refusedAt?: Date;
}

export interface RoleHistory {
  /** Notes that the role has let this relay in; writes once in each execution environment. */
  noteAssumed(role: RouteRole): Promise<void>;
  /** Notes a refusal, unless the role is known already, and returns what is known. */
  noteRefused(role: RouteRole): Promise<RoleFacts>;
  /** Returns what is known, and notes nothing. */
  lookUp(role: RouteRole): Promise<RoleFacts>;
}

const HASH_CHARACTERS = 16;

/**
 * Keeps an item for each role in the ledger's table. It reads with a put whose condition is not met: DynamoDB then answers with
 * the item, and the relay's role needs no permission but dynamodb:PutItem, which it has for its receipts.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html (ReturnValuesOnConditionCheckFailure)
 */
export function roleHistory(dynamodb: DynamoDBClient, config: RoleMemoryConfig, now: () => Date): RoleHistory {
  const noted = new Set<string>();
  const put = (role: RouteRole, fact: keyof RoleFacts, ConditionExpression: string) =>
    putUnless(dynamodb, {
      TableName: config.ledgerTable,
      Item: {
        id: { S: itemId(config.deployedRoleId, role) },
        roleArn: { S: role.roleArn },
        [fact]: { S: now().toISOString() },
      },
      ConditionExpression,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  return {
    async noteAssumed(role) {
      const id = itemId(config.deployedRoleId, role);
      if (noted.has(id)) return;
      await put(role, 'assumedAt', 'attribute_not_exists(assumedAt)');
      noted.add(id);
    },
    async noteRefused(role) {
      return (await put(role, 'refusedAt', 'attribute_not_exists(id)')) ?? { refusedAt: now() };
    },
    async lookUp(role) {
      return (await put(role, 'refusedAt', 'attribute_not_exists(id) AND attribute_exists(id)')) ?? {};
    },
  };
}

/**
 * The id names what both accounts agreed upon: this relay's role, by its unique id, the other account's role, and the external id.
 * When one of them changes, a new item begins. Ids of receipts begin with a route's name, which has no `#`.
 */
export function itemId(
  relayRoleId: string,
  { roleArn, externalId }: Pick<RouteRole, 'roleArn' | 'externalId'>,
): string {
  const agreed = createHash('sha256')
    .update(JSON.stringify([relayRoleId, externalId]))
    .digest('hex');
  return `#role/${roleArn}/${agreed.slice(0, HASH_CHARACTERS)}`;
}

/** @returns the present item if the condition is not met; undefined if the item was written */
async function putUnless(dynamodb: DynamoDBClient, input: PutItemCommandInput): Promise<RoleFacts | undefined> {
  try {
    await dynamodb.send(new PutItemCommand(input));
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return factsOf(error.Item ?? {});
    const { name, message } = error as Error;
    throw new RelayError({
      code: 'LedgerUnavailable',
      message: `PutItem into ${input.TableName} failed (${name}: ${message}), so nothing is known of ${input.Item!['roleArn']!.S}. It will be tried again.`,
      retryable: true,
      operation: 'PutItem',
      cause: error,
    });
  }
}

function factsOf({ assumedAt, refusedAt }: Record<string, AttributeValue>): RoleFacts {
  return {
    ...(assumedAt?.S !== undefined && { assumedAt: new Date(assumedAt.S) }),
    ...(refusedAt?.S !== undefined && { refusedAt: new Date(refusedAt.S) }),
  };
}
