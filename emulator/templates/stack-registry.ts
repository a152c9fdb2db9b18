/** The stacks of all accounts and regions, those that were deleted among them. */
import type { Stack, StackEvent, StackId, StackStatus } from './stack.ts';

/** A stack as DescribeStacks, DescribeStackResources and DescribeStackEvents would have it. */
export interface StackDescription extends StackId {
  status: StackStatus;
  parameters: Readonly<Record<string, string>>;
  outputs: Readonly<Record<string, string>>;
  resources: { logicalId: string; type: string; physicalId: string }[];
  /** From the first operation on. */
  events: readonly StackEvent[];
}

export class StackRegistry {
  /** The last one of each name, deleted or not. */
  readonly #latest = new Map<string, Stack>();
  /** Those whose name another one has taken. */
  readonly #former: Stack[] = [];

  add(stack: Stack): void {
    const former = this.#latest.get(keyOf(stack.id));
    if (former) this.#former.push(former);
    this.#latest.set(keyOf(stack.id), stack);
  }

  /** The stack of that name, unless it was deleted. */
  find(id: StackId): Stack | undefined {
    const stack = this.#latest.get(keyOf(id));
    return stack?.isGone ? undefined : stack;
  }

  /** Also a deleted one. */
  findByArn(arn: string): Stack | undefined {
    return this.all().find((stack) => stack.arn === arn);
  }

  /** Newest first. */
  all(): Stack[] {
    return [...this.#former, ...this.#latest.values()].reverse();
  }

  present(): Stack[] {
    return this.all().filter(({ isGone }) => !isGone);
  }

  /** @throws Error for a stack that was never deployed, or when several have that name */
  describe(name: string, account?: string, region?: string): StackDescription {
    const found = [...this.#latest.values()].filter(
      ({ id }) =>
        id.name === name &&
        (account === undefined || id.account === account) &&
        (region === undefined || id.region === region),
    );
    if (found.length !== 1) throw new Error(`There are ${found.length} stacks of the name ${name}; expected one`);
    const { id, status, deployed, resources, events } = found[0]!;
    return {
      ...id,
      status,
      parameters: deployed.parameters,
      outputs: deployed.outputs,
      resources: [...resources.values()].map(({ logicalId, type, answers }) => ({
        logicalId,
        type,
        physicalId: answers.ref,
      })),
      events: [...events],
    };
  }
}

export function keyOf({ name, account, region }: StackId): string {
  return `${account} ${region} ${name}`;
}
