/**
 * What stacks of an account and region export, and which others import it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
 */
import { resolve, type Scope, type TemplateValue } from './intrinsics.ts';
import { scopeOf } from './scope.ts';
import type { Stack, StackId } from './stack.ts';

type Environment = Pick<StackId, 'account' | 'region'>;

export interface Export {
  name: string;
  value: string;
  stack: Stack;
}

export class Exports {
  readonly #stacks: () => Iterable<Stack>;

  /** @param stacks those that are there */
  constructor(stacks: () => Iterable<Stack>) {
    this.#stacks = stacks;
  }

  all(place: Environment): Export[] {
    return this.#of(place).flatMap((stack) =>
      Object.entries(stack.deployed.exports).map(([name, value]) => ({ name, value, stack })),
    );
  }

  valueOf(place: Environment, name: string): string | undefined {
    return this.all(place).find((each) => each.name === name)?.value;
  }

  /** The names of the stacks that import it. */
  importers(place: Environment, name: string): string[] {
    return this.#of(place)
      .filter((stack) => importsOf(stack).includes(name))
      .map(({ id }) => id.name);
  }

  /** What stands against a stack's exporting this from now on, in CloudFormation's words. */
  problemOf(stack: Stack, after: Readonly<Record<string, string>>): string | undefined {
    for (const name of Object.keys(after)) {
      const other = this.all(stack.id).find((each) => each.name === name && each.stack !== stack);
      if (other) return `Export with name ${name} is already exported by stack ${other.stack.id.name}.`;
    }
    for (const [name, value] of Object.entries(stack.deployed.exports)) {
      const importers = after[name] === value ? [] : this.importers(stack.id, name);
      if (importers.length === 0) continue;
      const what = after[name] === undefined ? 'deleted' : 'updated';
      return `Export ${name} cannot be ${what} as it is in use by ${inWords(importers)}`;
    }
    return undefined;
  }

  #of({ account, region }: Environment): Stack[] {
    return [...this.#stacks()].filter(({ id, isGone }) => !isGone && id.account === account && id.region === region);
  }
}

/** The names of what the resources and outputs of a stack import. */
function importsOf(stack: Stack): string[] {
  const { template } = stack.deployed;
  const scope = scopeOf(stack, stack.deployed, stack.resources);
  const made = [...stack.resources.keys()].map((id) => template.Resources[id]?.Properties ?? null);
  return [...made, (template.Outputs ?? null) as unknown as TemplateValue].flatMap((value) => namesIn(value, scope));
}

function namesIn(value: TemplateValue | undefined, scope: Scope): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, child]) => {
    if (key !== 'Fn::ImportValue') return namesIn(child, scope);
    return [String(resolve(child, scope, key))];
  });
}

function inWords(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
