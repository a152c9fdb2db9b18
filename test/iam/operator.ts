/** Somebody who is granted all that the construct grants others. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { StackInput, TemplateResource } from '../../emulator/index.ts';
import { parseConfig } from '../../infra/config/config.ts';
import type { UploadRelay } from '../../infra/index.ts';
import { SourceStack } from '../../infra/stacks/source-stack.ts';
import { ACCOUNT_A } from '../support/two-accounts.ts';

const NAME = 'operator';
export const OPERATOR_ARN = `arn:aws:iam::${ACCOUNT_A}:role/${NAME}`;

/** Adds the role to the source stack, in which the construct names its own resources. */
export function addOperator({ template }: StackInput, context: object): void {
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new SourceStack(app, 'Source', { config: parseConfig(context) });
  const relay = stack.node.findChild('Default') as UploadRelay;
  const role = new Role(stack, 'Operator', {
    roleName: NAME,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  relay.grantReplay(role);
  relay.grantRedrive(role);
  relay.grantCheck(role);
  relay.grantInvoke(role);
  relay.grantReadReceipts(role);
  const resources = Object.entries<TemplateResource>(Template.fromStack(stack).toJSON()['Resources']);
  for (const [id, resource] of resources) if (id.startsWith('Operator')) template.Resources[id] = resource;
}
