/** Checks the synthesized stacks against AWS's limits. */
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { ConfigError } from '../config/mistakes.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { measureRoles } from './iam.ts';
import { type Measurement, mistakeOf } from './measurement.ts';
import { measureSessions, packedSizeNotes } from './sessions.ts';
import { measureSettings } from './settings.ts';
import { bucketNotes, measureStack } from './stack-size.ts';
import type { SynthesizedStack } from './template.ts';

/** Turns off the CDK's own check, which ends with a stack trace: resources are counted here. */
export const LIMITS_CONTEXT = { '@aws-cdk/core:stackResourceLimit': 0 };

/**
 * Measures the synthesized stacks against AWS's limits, so that a configuration that can't run is refused before anything is deployed.
 * @returns notes for whoever deploys, one line each
 * @throws ConfigError for each figure above its limit, with the field that causes it
 */
export function checkLimits(stacks: readonly SynthesizedStack[], config: RelayContext): string[] {
  const sessions = measureSessions(config);
  const excess = [...sessions, ...stacks.flatMap((stack) => measure(stack, config))].filter(
    ({ figure, limit }) => figure > limit,
  );
  if (excess.length > 0) throw ConfigError.of(excess.map(mistakeOf));
  return [...packedSizeNotes(sessions), ...bucketNotes(stacks, config)];
}

/** Everything that is measured of one stack. */
export function measure(stack: SynthesizedStack, config: RelayContext): Measurement[] {
  return [...measureStack(stack, config), ...measureRoles(stack, config), ...measureSettings(stack, config)];
}

/** A stack of the cloud assembly. Only templates with an asset of their own are sure to have a bucket. */
export function synthesizedStack(artifact: CloudFormationStackArtifact): SynthesizedStack {
  const { id, environment, template, stackTemplateAssetObjectUrl } = artifact;
  const { account, region } = environment;
  return { name: id, account, region, template, hasBucket: stackTemplateAssetObjectUrl !== undefined };
}
