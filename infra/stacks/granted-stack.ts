/** The base of the stacks in other accounts, which grant the relay something. */
import { DefaultStackSynthesizer, type IStackSynthesizer, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { relayRoleArn } from '../arns.ts';
import type { RelayContext, RouteContext } from '../config/relay-context.ts';
import { type StackKind, stackName } from '../names.ts';
import { servesOneRelay } from './serves-one-relay.ts';
import type { StackGroup } from './stack-groups.ts';

export interface GrantedStackProps extends Omit<StackGroup<RouteContext>, 'id'> {
  config: RelayContext;
  kind: StackKind;
  description: string;
}

/** The largest template that `cdk deploy` sends within its request. A larger one must lie in a bucket: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_BYTES_SENT = 51_200;
/** The size of a route's resources in the template, rounded up, without its own texts. Each text occurs twice at most. */
const ROLE_BYTES = 1_600;
const BUCKET_BYTES = 1_700;

/**
 * The stack of an account that grants the relay something. It is deployed with that account's own credentials and, unless it holds very
 * many routes, needs no `cdk bootstrap` there.
 */
export class GrantedStack extends Stack {
  constructor(scope: Construct, id: string, { config, kind, account, region, routes, description }: GrantedStackProps) {
    super(scope, id, {
      stackName: stackName(config, kind),
      env: { account, region },
      description,
      synthesizer: synthesizerFor(kind, routes),
    });
    servesOneRelay(this, relayRoleArn(config));
  }
}

function synthesizerFor(kind: StackKind, routes: readonly RouteContext[]): IStackSynthesizer {
  const bytes = routes.reduce((sum, route) => {
    const makesBucket = kind === 'destination' && !route.destination.existingBucket;
    return sum + ROLE_BYTES + (makesBucket ? BUCKET_BYTES : 0) + 2 * JSON.stringify(route).length;
  }, 0);
  return (bytes > MOST_BYTES_SENT ? new DefaultStackSynthesizer() : new LegacyStackSynthesizer()) as IStackSynthesizer;
}
