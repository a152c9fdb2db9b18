/** `policy writer|reader|relay|operator`: the statements and the trust of each role, for those who make roles by other means. */
import { pullingRoutes, type RelayContext } from '../../infra/config/relay-context.ts';
import { readerPolicies, relayPolicies, writerPolicies } from '../../infra/statements.ts';
import { checkedConfig, readConfiguration } from '../configuration.ts';
import { operatorPolicy } from '../operator-policy.ts';
import { routesNamed } from '../relay.ts';
import { UserError } from '../terminal/user-error.ts';
import type { Attempt, Verb } from '../verb.ts';

type PoliciesOf = (config: RelayContext, route: string | undefined) => object[];

const ROLES: Record<string, PoliciesOf> = {
  writer: (config, route) => routesNamed(config.routes, route).map((each) => writerPolicies(config, each)),
  reader: (config, route) => routesNamed(pullingRoutes(config), route).map((each) => readerPolicies(config, each)),
  relay: (config) => [relayPolicies(config)],
  operator: (config) => [{ policy: operatorPolicy(config) }],
};

export const policy: Verb<Attempt> = {
  usage: 'policy ROLE',
  summary: 'what a role may do, and whom it trusts',
  more: `For those who make roles by other means than a stack or a template. ROLE is writer, in account B; reader, in an account whose bucket is pulled from;
relay, in account A, without what its own stack grants; or operator, for whoever types these commands.`,
  json: 'a line for each role: {"roleArn","trust","policy"}',
  options: {
    config: { type: 'string', usage: '--config FILE', summary: 'of which relay, cdk.json unless given' },
    route: { type: 'string', usage: '--route NAME', summary: 'only the writer or the reader of this route' },
  },
  words: { least: 1, most: 1, missing: 'Of which role?', example: 'writer', choices: Object.keys(ROLES) },
  examples: [['policy writer --route main', 'for account B, which makes the role by Terraform, say']],
  async act({ words, options, tell }) {
    const { config: file = 'cdk.json', route } = options as Record<string, string | undefined>;
    const policies = ROLES[words[0]!]!(checkedConfig(readConfiguration(file)), route);
    if (policies.length === 0) throw new UserError(`No route of ${file} pulls, so there is no reader role.`);
    for (const each of policies) tell(each, JSON.stringify(each, undefined, 2));
    return true;
  },
};
