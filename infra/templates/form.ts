/** The parameters of a template as the console shows them: in groups, with labels, and with what each may be. */
import {
  CfnCondition,
  CfnParameter,
  type CfnParameterProps,
  CfnRule,
  Fn,
  type ICfnConditionExpression,
  type Stack,
} from 'aws-cdk-lib';

export interface Field extends Omit<CfnParameterProps, 'type' | 'noEcho'> {
  /** Before the field, in the console. */
  label: string;
  /** What it is for. */
  description: string;
}

/** A choice of two. */
export const YES = 'yes';
export const NO = 'no';

export class Form {
  readonly #stack: Stack;
  readonly #groups: { Label: { default: string }; Parameters: string[] }[] = [];
  readonly #labels: Record<string, { default: string }> = {};

  constructor(stack: Stack) {
    this.#stack = stack;
    stack.templateOptions.metadata = {
      'AWS::CloudFormation::Interface': { ParameterGroups: this.#groups, ParameterLabels: this.#labels },
    };
  }

  /** @returns the value of each parameter */
  group<Name extends string>(label: string, fields: Record<Name, Field>): Record<Name, string> {
    const names = Object.keys(fields) as Name[];
    this.#groups.push({ Label: { default: label }, Parameters: names });
    const values = names.map((name) => {
      const { label: shown, ...field } = fields[name] as Field;
      this.#labels[name] = { default: shown };
      return [name, new CfnParameter(this.#stack, name, { type: 'String', ...field }).valueAsString];
    });
    return Object.fromEntries(values);
  }

  /** @returns what gives one value or the other by the condition */
  condition(id: string, expression: ICfnConditionExpression): (whenTrue: string, whenFalse: string) => string {
    const { logicalId } = new CfnCondition(this.#stack, id, { expression });
    return (whenTrue, whenFalse) => Fn.conditionIf(logicalId, whenTrue, whenFalse).toString();
  }

  /**
   * What parameters that each are right may not say together.
   * @param words what CloudFormation refuses the stack with
   */
  refuse(
    id: string,
    words: string,
    { when, unless }: { when?: ICfnConditionExpression; unless: ICfnConditionExpression },
  ): void {
    new CfnRule(this.#stack, id, {
      ...(when && { ruleCondition: when as never }),
      assertions: [{ assert: unless as never, assertDescription: words }],
    });
  }
}

export function yesOrNo(field: Omit<Field, 'allowedValues'>): Field {
  return { allowedValues: [YES, NO], constraintDescription: `must be ${YES} or ${NO}`, ...field };
}

export function isEmpty(value: string): ICfnConditionExpression {
  return Fn.conditionEquals(value, '');
}

export function isGiven(value: string): ICfnConditionExpression {
  return Fn.conditionNot(isEmpty(value));
}
