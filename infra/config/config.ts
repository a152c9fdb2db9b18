/** Reads the context `relay` of cdk.json: names of fields, then the schema, then the rules for what doesn't fit together. */
import { unacknowledged } from './acknowledgements.ts';
import { refuseKeys, refuseTopic } from './arn-regions.ts';
import { refuseIdleAudit } from './audits.ts';
import { refuseBuckets, refuseLoops, refuseWritable, refuseWrongSource } from './buckets.ts';
import { refuseTooLittleConcurrency, refuseTooLittleTime } from './capacity.ts';
import { explainIssues, wordsFor } from './explain-issue.ts';
import { refusePlaceholders } from './external-ids.ts';
import { inFileOrder } from './file-order.ts';
import { refuseLongKeys, refuseReservedKeys, refuseUnusualKeys } from './keys.ts';
import { ConfigError, type Mistake, type Mistakes } from './mistakes.ts';
import { refuseNames } from './names.ts';
import { refuseOverlaps } from './overlaps.ts';
import { refuseRegions } from './regions.ts';
import type { RelayContext } from './relay-context.ts';
import { refuseIdleReplays } from './replays.ts';
import { refuseLongRole, refuseSecondRole } from './roles.ts';
import { contextSchema } from './schema.ts';
import { filledIn, VARIANTS } from './stand-ins.ts';
import { refuseFuture, refuseLongWindows } from './times.ts';
import { knownFields } from './unknown-fields.ts';

/** Rules for fields that don't fit together. */
const RULES: ((config: RelayContext) => Mistakes)[] = [
  refuseWrongSource,
  refuseRegions,
  refuseKeys,
  refuseTopic,
  refuseNames,
  refusePlaceholders,
  refuseIdleReplays,
  refuseLongWindows,
  refuseFuture,
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
 * @throws ConfigError with every mistake, each naming the field and what stands there: unknown fields first, since they explain others
 */
export function parseConfig(value: unknown): RelayContext {
  if (value === undefined) throw new ConfigError('cdk.json has no context "relay"; docs/configuration.md shows one.');
  const known = knownFields(contextSchema, value);
  const { success, data, error } = contextSchema.safeParse(known.value, { error: wordsFor });
  const mistakes = success ? judge(data) : [...explainIssues(error.issues, known.value), ...judgeTheRest(known.value)];
  const all = [...inFileOrder(known.mistakes, value), ...inFileOrder(mistakes, known.value)];
  if (all.length > 0 || !success) throw ConfigError.of(all);
  return data;
}

function judge(config: RelayContext): Mistake[] {
  return unacknowledged(
    RULES.flatMap((refuse) => [...refuse(config)]),
    config,
  );
}

/** What is wrong whatever will stand in the place of the fields that the schema refuses. */
function judgeTheRest(value: unknown): Mistake[] {
  const [first, ...others] = VARIANTS.map((variant) => {
    const config = filledIn(contextSchema, value, variant);
    return config === undefined ? [] : judge(config);
  });
  return first!.filter(({ sentence }) => others.every((each) => each.some((other) => other.sentence === sentence)));
}
