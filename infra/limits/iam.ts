/** Measures roles and policies against IAM's limits. */
import type { RelayContext } from '../config/relay-context.ts';
import { type Measurement, roleCause } from './measurement.ts';
import { jsonLength } from './resolved.ts';
import { resourcesOf, type SynthesizedStack } from './template.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: the defaults, which an account may have raised. */
const TRUST_CHARACTERS = 2048;
const INLINE_CHARACTERS = 10_240;
const MANAGED_CHARACTERS = 6144;
const MANAGED_POLICIES = 10;

/** Of each role: the trust policy, the inline policies together, each managed policy, and the number of managed policies. */
export function measureRoles(stack: SynthesizedStack, config: RelayContext): Measurement[] {
  const inline = resourcesOf(stack, 'AWS::IAM::Policy');
  const managed = resourcesOf(stack, 'AWS::IAM::ManagedPolicy');
  return resourcesOf(stack, 'AWS::IAM::Role').flatMap(([id, role]) => {
    const own = (role.Policies ?? []) as { PolicyDocument: unknown }[];
    const added = inline.filter(([, policy]) => hangsOn(policy, id)).map(([, policy]) => policy);
    const attached = managed.filter(([, policy]) => hangsOn(policy, id)).map(([, policy]) => policy);
    const lengths = [...own, ...added].map(({ PolicyDocument }) => jsonLength(PolicyDocument, stack));
    const name = `role "${role.RoleName ?? id}"`;
    const common = { cause: roleCause(config, role.RoleName), service: 'IAM', unit: 'characters' as const };
    return [
      {
        ...common,
        what: `the trust policy of ${name}`,
        figure: jsonLength(role.AssumeRolePolicyDocument, stack),
        limit: TRUST_CHARACTERS,
      },
      {
        ...common,
        what: `the sum of the inline policies of ${name}`,
        figure: lengths.reduce((sum, length) => sum + length, 0),
        limit: INLINE_CHARACTERS,
      },
      ...attached.map(({ PolicyDocument }) => ({
        ...common,
        what: `a managed policy of ${name}`,
        figure: jsonLength(PolicyDocument, stack),
        limit: MANAGED_CHARACTERS,
      })),
      {
        ...common,
        what: name,
        figure: attached.length + (role.ManagedPolicyArns?.length ?? 0),
        unit: 'managed policies' as const,
        limit: MANAGED_POLICIES,
      },
    ];
  });
}

function hangsOn({ Roles = [] }: { Roles?: { Ref?: string }[] }, role: string): boolean {
  return Roles.some(({ Ref }) => Ref === role);
}
