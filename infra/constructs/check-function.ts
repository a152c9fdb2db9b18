/** The Lambda function that checks the relay's permissions. */
import type { Construct } from 'constructs';
import { checkSettings } from '../config/function-settings.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';
import type { Ledger } from './ledger.ts';
import { RelayCode } from './relay-code.ts';
import type { RelayFunction } from './relay-function.ts';

export interface CheckFunctionProps {
  config: RelayContext;
  relay: RelayFunction;
  ledger: Ledger;
}

/** Enough for some twenty requests per route, even where a destination answers slowly. */
const TIMEOUT_SECONDS = 120;
const MEMORY_MIB = 256;

/**
 * Checks that the relay has the permissions that it needs, and no others. It acts in the relay's role, so that it tests exactly the
 * relay's permissions and needs none of its own.
 */
export class CheckFunction extends RelayCode {
  constructor(scope: Construct, id: string, { config, relay, ledger }: CheckFunctionProps) {
    super(scope, id, {
      config,
      role: relay.role,
      functionName: relayNames(config).checkFunction,
      description: 'Looks whether the relay may do what it must, and nothing else',
      entry: 'check',
      settings: checkSettings(config),
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMiB: MEMORY_MIB,
      logGroup: relay.logGroup,
      environment: { RELAY_ROLE_ID: relay.role.roleId, LEDGER_TABLE: ledger.table.tableName },
    });
  }
}
