/** The CDK app: reads the configuration, makes the stacks, checks AWS's limits. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseConfig } from './config/config.ts';
import { relayInput } from './config/context.ts';
import { ConfigError } from './config/mistakes.ts';
import { pastSchedules } from './config/times.ts';
import { checkLimits, LIMITS_CONTEXT, synthesizedStack } from './limits/limits.ts';
import { DestinationStack, destinationGroups } from './stacks/destination-stack.ts';
import { ReaderStack, readerGroups } from './stacks/reader-stack.ts';
import { SourceStack } from './stacks/source-stack.ts';

const app = new App({ analyticsReporting: false, context: LIMITS_CONTEXT });
const { context, file } = orSentence(() => relayInput(app));
const config = orSentence(() => parseConfig(context), file);

new SourceStack(app, 'Source', { config });
for (const { id, account, region, routes } of destinationGroups(config)) {
  new DestinationStack(app, id, { config, account, region, routes });
}
for (const { id, account, region, routes } of readerGroups(config)) {
  new ReaderStack(app, id, { config, account, region, routes });
}
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
// The CDK's own warning would appear before our sentence.
Validations.of(app).acknowledge({
  id: 'CloudFormation-Validate::F0007',
  reason: 'infra/limits/limits.ts counts resources.',
});
const { stacks } = app.synth();
const notes = orSentence(() => checkLimits(stacks.map(synthesizedStack), config), file);
for (const { sentence } of pastSchedules(config)) notes.push(`${file ?? 'cdk.json'}: ${sentence}`);
for (const note of notes) process.stderr.write(`${note}\n`);

/** The user mends a mistake in cdk.json, so the app prints one sentence instead of a stack trace. */
function orSentence<T>(work: () => T, file?: string): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.inFile(file)}\n`);
    process.exit(1);
  }
}
