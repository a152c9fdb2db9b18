/** The DynamoDB table of receipts. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';

export interface LedgerProps {
  config: RelayContext;
  /** Instead of keeping it. */
  removalPolicy?: RemovalPolicy | undefined;
}

/**
 * The receipts: one item per route and key. An audit trail, so it is kept when the stack goes, and can be restored to any second of 35
 * days. Its protection against deletion comes later, by `relay.protectLedger`: it would make a first deployment that fails leave the
 * table behind, and the next one fail because of it.
 */
export class Ledger extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { config, removalPolicy }: LedgerProps) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      tableName: relayNames(config).ledgerTable,
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: config.relay.protectLedger,
      removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}
