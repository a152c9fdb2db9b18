import {
  CfnParameter,
  CfnRule,
  DefaultStackSynthesizer,
  Fn,
  type IStackSynthesizer,
  LegacyStackSynthesizer,
  Stack,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { relayRoleArn } from './arns.ts';
import type { RelayContext, RouteContext } from './config.ts';
import { type StackKind, stackName } from './names.ts';
import type { StackPlace } from './places.ts';

export interface GrantedStackProps extends Omit<StackPlace<RouteContext>, 'id'> {
  config: RelayContext;
  kind: StackKind;
  description: string;
}

/** What `cdk deploy` sends along with its request; a larger template has to lie in a bucket: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_BYTES_SENT = 51_200;
/** What a route takes of it, generously, without its own texts; those stand in it twice at most. */
const ROLE_BYTES = 1_600;
const BUCKET_BYTES = 1_700;

/**
 * The stack of an account that grants the relay something. It is deployed with that account's own credentials and, unless it holds very
 * many routes, needs no `cdk bootstrap` there. It serves one relay, which it remembers: another relay's template of the same name would
 * take that one's roles away without a word, so it is refused.
 */
export class GrantedStack extends Stack {
  constructor(scope: Construct, id: string, { config, kind, account, region, routes, description }: GrantedStackProps) {
    super(scope, id, {
      stackName: stackName(config, kind),
      env: { account, region },
      description,
      synthesizer: synthesizerFor(kind, routes),
    });
    const owner = relayRoleArn(config);
    // Whoever deploys keeps a parameter's value unless told otherwise: the CDK, `aws cloudformation deploy`, and the console.
    const serves = new CfnParameter(this, 'ServesRelay', {
      type: 'String',
      default: owner,
      description: 'The role of the relay that this stack is for. It is kept from one deployment to the next.',
    });
    new CfnRule(this, 'ServesOneRelay', {
      assertions: [
        {
          assert: Fn.conditionEquals(serves.valueAsString, owner),
          assertDescription: `The stack is another relay's, and ${owner} would take its place: give this relay a name of its own (relay.name in cdk.json). If it has moved, say so with --parameters ServesRelay=${owner}`,
        },
      ],
    });
  }
}

function synthesizerFor(kind: StackKind, routes: readonly RouteContext[]): IStackSynthesizer {
  const bytes = routes.reduce((sum, route) => {
    const makesBucket = kind === 'destination' && !route.destination.existingBucket;
    return sum + ROLE_BYTES + (makesBucket ? BUCKET_BYTES : 0) + 2 * JSON.stringify(route).length;
  }, 0);
  return (bytes > MOST_BYTES_SENT ? new DefaultStackSynthesizer() : new LegacyStackSynthesizer()) as IStackSynthesizer;
}
