/** The CDK app: reads the configuration, makes the stacks, checks AWS's limits. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseConfig } from './config/config.ts';
import { relayInput } from './config/context.ts';
import { sentenceFor } from './config/sentences.ts';
import { pastSchedules } from './config/times.ts';
import { checkLimits, LIMITS_CONTEXT, synthesizedStack } from './limits/limits.ts';
import { DestinationStack, destinationGroups } from './stacks/destination-stack.ts';
import { ReaderStack, readerGroups } from './stacks/reader-stack.ts';
import { SourceStack } from './stacks/source-stack.ts';

let file: string | undefined;
try {
  for (const note of synthesize()) process.stderr.write(`${note}\n`);
} catch (error) {
  // The user mends what the sentence names, so no stack trace is printed.
  const sentence = sentenceFor(error, file);
  if (sentence === undefined) throw error;
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

/**
 * Writes the cloud assembly.
 * @returns notes for whoever deploys
 */
function synthesize(): string[] {
  const app = new App({ analyticsReporting: false, context: LIMITS_CONTEXT });
  const input = relayInput(app);
  file = input.file;
  const config = parseConfig(input.context);
  new SourceStack(app, 'Source', { config });
  for (const { id, ...group } of destinationGroups(config)) new DestinationStack(app, id, { config, ...group });
  for (const { id, ...group } of readerGroups(config)) new ReaderStack(app, id, { config, ...group });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  // The CDK's own warning would appear before our sentence.
  Validations.of(app).acknowledge({
    id: 'CloudFormation-Validate::F0007',
    reason: 'infra/limits/limits.ts counts resources.',
  });
  const { stacks } = app.synth();
  const past = [...pastSchedules(config)].map(({ sentence }) => `${file ?? 'cdk.json'}: ${sentence}`);
  return [...checkLimits(stacks.map(synthesizedStack), config), ...past];
}
