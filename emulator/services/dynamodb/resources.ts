/** AWS::DynamoDB::Table. Keys, indexes and throughput are checked by DynamoDB itself, in its words. */
import { z } from 'zod';
import { arnOf } from '../../core/partition.ts';
import {
  boolean,
  harmless,
  integer,
  physicalName,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import { tableName } from '../../templates/texts.ts';
import type { DynamoDbService } from './service.ts';

/** What these resources are made in. */
export interface Services {
  dynamodb: DynamoDbService;
}

const throughput = z.strictObject({
  ReadCapacityUnits: integer(1, 40_000),
  WriteCapacityUnits: integer(1, 40_000),
});

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const globalSecondaryIndex = z.strictObject({
  IndexName: tableName,
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'INCLUDE', 'KEYS_ONLY']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
  ProvisionedThroughput: throughput.optional(),
});

const Table = z.strictObject({
  TableName: tableName.optional(),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: keySchema,
  BillingMode: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']).optional(),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexes: z.array(globalSecondaryIndex).optional(),
  PointInTimeRecoverySpecification: z
    .strictObject({
      PointInTimeRecoveryEnabled: boolean,
      RecoveryPeriodInDays: harmless('there is no operation that restores'),
    })
    .optional(),
  DeletionProtectionEnabled: boolean.optional(),
  /** A key of the customer's own would need grants that nothing here checks. */
  SSESpecification: z.strictObject({ SSEEnabled: boolean, SSEType: z.literal('KMS').optional() }).optional(),
  Tags: tags,
});

export const dynamoDbTypes: ResourceTypes<Services> = {
  'AWS::DynamoDB::Table': resourceType(Table, {
    named: 'TableName',
    replacedBy: ['TableName', 'KeySchema'],
    create: async (properties, context) => {
      const { account, region, services } = context;
      const { TableName = physicalName(context, 255), AttributeDefinitions, KeySchema } = properties;
      const { BillingMode, ProvisionedThroughput, GlobalSecondaryIndexes } = properties;
      const { name, arn } = await services.dynamodb.createTable(
        { account, region },
        { TableName, AttributeDefinitions, KeySchema, BillingMode, ProvisionedThroughput, GlobalSecondaryIndexes },
      );
      services.dynamodb.protect(arn, properties.DeletionProtectionEnabled ?? false);
      return { ref: name, attributes: { Arn: arn } };
    },
    find: async (name, { account, region, services }) => {
      const arn = arnOf('dynamodb', { account, region }, `table/${name}`);
      return (await services.dynamodb.tableArns()).includes(arn) ? { ref: name, attributes: { Arn: arn } } : undefined;
    },
    update: {
      properties: ['DeletionProtectionEnabled', 'PointInTimeRecoverySpecification'],
      run: ({ attributes }, { DeletionProtectionEnabled = false }, { services }) => {
        services.dynamodb.protect(attributes['Arn']!, DeletionProtectionEnabled);
      },
    },
    remove: async ({ ref, attributes }, { account, region, services: { dynamodb } }) => {
      const arn = attributes['Arn']!;
      if (!(await dynamodb.tableArns()).includes(arn)) return;
      dynamodb.checkUnprotected(arn);
      await dynamodb.deleteTable({ account, region }, ref);
    },
  }),
};
