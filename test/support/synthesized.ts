import { App } from 'aws-cdk-lib';
import { parseConfig } from '../../infra/config/config.ts';
import type { RelayContext } from '../../infra/config/relay-context.ts';
import { LIMITS_CONTEXT, synthesizedStack } from '../../infra/limits/limits.ts';
import type { SynthesizedStack } from '../../infra/limits/template.ts';
import { DestinationStack, destinationGroups } from '../../infra/stacks/destination-stack.ts';
import { ReaderStack, readerGroups } from '../../infra/stacks/reader-stack.ts';
import { SourceStack } from '../../infra/stacks/source-stack.ts';

/**
 * The stacks of a configuration as they would be deployed, without bundling the functions.
 * @param outdir where the cloud assembly is written; a folder of the CDK's choice unless given
 */
export function synthesized(context: unknown, outdir?: string): { config: RelayContext; stacks: SynthesizedStack[] } {
  const config = parseConfig(context);
  const app = new App({
    analyticsReporting: false,
    context: { ...LIMITS_CONTEXT, 'aws:cdk:bundling-stacks': [] },
    ...(outdir !== undefined && { outdir }),
  });
  new SourceStack(app, 'Source', { config });
  for (const { id, ...group } of destinationGroups(config)) new DestinationStack(app, id, { config, ...group });
  for (const { id, ...group } of readerGroups(config)) new ReaderStack(app, id, { config, ...group });
  return { config, stacks: app.synth().stacks.map(synthesizedStack) };
}
