/** The templates for accounts that don't use the CDK, as text. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type IStackSynthesizer, LegacyStackSynthesizer, Stack, Validations } from 'aws-cdk-lib';
import { addDestination, openDestination } from './destination-template.ts';
import type { Resources } from './optional.ts';
import { addReader, openReader } from './reader-template.ts';

/** Beside this file, as `npm run templates` has written them. */
export const DESTINATION_TEMPLATE = 'upload-relay-destination.template.json';
export const READER_TEMPLATE = 'upload-relay-reader.template.json';

/** The template for account B. */
export function destinationTemplate(): string {
  return textOf({
    description: 'Upload Relay: the destination bucket and its write-only role',
    fill: addDestination,
    open: openDestination,
  });
}

/** The template for a customer whose bucket a route reads. */
export function readerTemplate(): string {
  return textOf({
    description: 'Upload Relay: the role that reads the bucket of a route in pull mode',
    fill: addReader,
    open: openReader,
  });
}

/** By the name of the file. */
export function templates(): Record<string, string> {
  return { [DESTINATION_TEMPLATE]: destinationTemplate(), [READER_TEMPLATE]: readerTemplate() };
}

interface Making {
  description: string;
  /** Puts a construct and its parameters into a stack. */
  fill: (stack: Stack) => void;
  /** Changes what the construct has made. */
  open: (resources: Resources) => void;
}

/** Nothing of it is the CDK's: no metadata, no asset, no parameter of a bootstrap. */
function textOf({ description, fill, open }: Making): string {
  const outdir = mkdtempSync(join(tmpdir(), 'template-'));
  try {
    const app = new App({ analyticsReporting: false, treeMetadata: false, outdir });
    Validations.of(app).acknowledge(
      { id: 'CloudFormation-Validate::W8001', reason: 'The conditions are used once the template is opened.' },
      { id: 'CloudFormation-Validate::W1030', reason: 'An empty boundary is left out, by a condition.' },
    );
    const synthesizer = new LegacyStackSynthesizer() as IStackSynthesizer;
    const stack = new Stack(app, 'Template', { description, synthesizer });
    stack.templateOptions.templateFormatVersion = '2010-09-09';
    fill(stack);
    const template = app.synth().getStackByName('Template').template;
    open(template.Resources);
    return `${JSON.stringify(template, undefined, 2)}\n`;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
