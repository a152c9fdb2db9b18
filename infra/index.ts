/** The public face of the package. */
import type { Stack } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { parseConfig } from './config/config.ts';
import { SourceStack } from './stacks/source-stack.ts';

/** Props of it. */
export interface UploadRelayProps {
  /**
   * The configuration.
   * @default none
   */
  readonly context: unknown;
  /** A bucket. */
  readonly bucket?: IBucket;
}

/** A relay. */
export class UploadRelay extends Construct {
  /** The stack. */
  readonly stack: Stack;
  constructor(scope: Construct, id: string, props: UploadRelayProps) {
    super(scope, id);
    this.stack = new SourceStack(this, 'Stack', { config: parseConfig(props.context) });
  }
}
