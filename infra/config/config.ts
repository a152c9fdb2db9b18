/** Reads the context `relay` of cdk.json: the schema first, then the rules for what doesn't fit together. */

import { refuseKeys, refuseTopic } from './arn-regions.ts';
import { refuseIdleAudit } from './audits.ts';
import { refuseBuckets, refuseLoops, refuseWritable, refuseWrongSource } from './buckets.ts';
import { refuseTooLittleConcurrency, refuseTooLittleTime } from './capacity.ts';
import { explainIssues, wordsFor } from './explain-issue.ts';
import { refuseLongKeys, refuseReservedKeys, refuseUnusualKeys } from './keys.ts';
import { refuseNames } from './names.ts';
import { refuseOverlaps } from './overlaps.ts';
import { ConfigError } from './refusal.ts';
import { refuseRegions } from './regions.ts';
import type { RelayContext } from './relay-context.ts';
import { refuseIdleReplays } from './replays.ts';
import { refuseLongRole, refuseSecondRole } from './roles.ts';
import { contextSchema } from './schema.ts';

/** Rules for fields that don't fit together. Only the first violation is reported, so rules that explain others come first. */
const RULES: ((config: RelayContext) => void)[] = [
  refuseWrongSource,
  refuseRegions,
  refuseKeys,
  refuseTopic,
  refuseNames,
  refuseIdleReplays,
  refuseIdleAudit,
  refuseLongRole,
  refuseSecondRole,
  refuseUnusualKeys,
  refuseReservedKeys,
  refuseLongKeys,
  refuseLoops,
  refuseBuckets,
  refuseWritable,
  refuseOverlaps,
  refuseTooLittleTime,
  refuseTooLittleConcurrency,
];

/**
 * Checks the context `relay` of cdk.json.
 * @throws ConfigError naming the field and what stands there
 */
export function parseConfig(value: unknown): RelayContext {
  if (value === undefined) throw new ConfigError('cdk.json has no context "relay"; docs/configuration.md shows one.');
  const parsed = contextSchema.safeParse(value, { error: wordsFor });
  if (!parsed.success) throw explainIssues(parsed.error.issues, value);
  for (const refuse of RULES) refuse(parsed.data);
  return parsed.data;
}
