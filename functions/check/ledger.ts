import type { Check } from './context.ts';
import { atSource } from './explain-write.ts';
import { advised, type Finding, ok } from './line.ts';

/** By the setting that the table was deployed with: describing a table is a right that the relay doesn't have. */
export function ledgerIsProtected({ config }: Pick<Check, 'config'>): Finding {
  if (config.protectLedger) return ok("it can't be deleted by mistake");
  const change =
    'Once the first deployment has gone well, set relay.protectLedger to true in cdk.json and deploy the source stack: the table of the receipts then cannot be deleted by mistake.';
  return advised('relay.protectLedger is off', atSource(config.sourceAccount, change));
}
