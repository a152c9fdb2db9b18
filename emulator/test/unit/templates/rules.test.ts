import { describe, expect, test } from 'vitest';
import type { TemplateValue } from '../../../templates/intrinsics.ts';
import { requireRules } from '../../../templates/rules.ts';

describe('a rule', () => {
  const scope = {
    account: '1',
    region: 'r',
    stackName: 'S',
    parameters: { Relay: 'second', Zones: 'a,b' },
    resources: new Map(),
    template: {
      Parameters: { Relay: { Type: 'String' }, Zones: { Type: 'CommaDelimitedList' } },
      Resources: {},
    },
  };
  const rule = (Assert: unknown, RuleCondition?: unknown) => ({
    Same: {
      Assertions: [{ Assert, AssertDescription: 'another relay is here' }],
      ...(RuleCondition ? { RuleCondition } : {}),
    },
  });
  const isRelay = (name: string): TemplateValue => ({ 'Fn::Equals': [{ Ref: 'Relay' }, name] });

  test.each<[string, unknown, boolean]>([
    ['Fn::Equals', isRelay('second'), true],
    ['Fn::Equals of something else', isRelay('first'), false],
    ['Fn::Not', { 'Fn::Not': [isRelay('first')] }, true],
    ['Fn::And', { 'Fn::And': [isRelay('second'), isRelay('first')] }, false],
    ['Fn::Or', { 'Fn::Or': [isRelay('second'), isRelay('first')] }, true],
    ['Fn::Contains', { 'Fn::Contains': [['first', 'second'], { Ref: 'Relay' }] }, true],
    ['Fn::Contains of something else', { 'Fn::Contains': [['first'], { Ref: 'Relay' }] }, false],
    ['Fn::EachMemberIn', { 'Fn::EachMemberIn': [{ Ref: 'Zones' }, ['a', 'b', 'c']] }, true],
    ['Fn::EachMemberIn with one more', { 'Fn::EachMemberIn': [{ Ref: 'Zones' }, ['a']] }, false],
    ['Fn::EachMemberEquals', { 'Fn::EachMemberEquals': [{ Ref: 'Zones' }, 'a'] }, false],
  ])('of %s holds: %s → %s', (_, assert, holds) => {
    const check = expect(() => requireRules(rule(assert), scope));
    if (holds) check.not.toThrow();
    else check.toThrow('Rules.Same: another relay is here');
  });

  test('whose condition does not hold asks nothing', () => {
    expect(() => requireRules(rule(isRelay('first'), isRelay('first')), scope)).not.toThrow();
    expect(() => requireRules(rule(isRelay('first'), isRelay('second')), scope)).toThrow('another relay is here');
  });

  test('of a function that is not known here is refused by its name', () => {
    expect(() => requireRules(rule({ 'Fn::RefAll': ['x'] }), scope)).toThrow("a rule can't be made of Fn::RefAll");
  });

  test.each(['Fn::If', 'Fn::Sub', 'Fn::Join'])('that looks at %s is refused by its name', (name) => {
    const assert = { 'Fn::Equals': [{ [name]: ['a', 'b'] }, 'x'] };
    expect(() => requireRules(rule(assert), scope)).toThrow(/a rule can't be made of Fn::|Fn::If requires/);
  });

  test('with one operand where there must be two is refused', () => {
    expect(() => requireRules(rule({ 'Fn::And': [isRelay('second')] }), scope)).toThrow(
      'every Fn::And object requires',
    );
  });

  test('of the CDK’s bootstrap version is taken as holding', () => {
    expect(() => requireRules({ CheckBootstrapVersion: rule(isRelay('first')).Same }, scope)).not.toThrow();
  });
});
