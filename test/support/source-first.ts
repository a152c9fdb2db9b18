import { inject } from 'vitest';
import { LocalCloud, readAssembly, type StackInput } from '../../emulator/index.ts';
import { ACCOUNT_A, ACCOUNT_B, type TwoAccounts, twoAccountsOf } from './two-accounts.ts';

/** Two accounts of which only the source's has deployed its side. */
export interface SourceFirst extends TwoAccounts {
  deployDestination(): Promise<void>;
}

/** @param change of the templates, before they are deployed */
export async function startSourceFirst(
  change: (stacks: StackInput[]) => void,
  assembly = inject('assembly'),
): Promise<SourceFirst> {
  const stacks = readAssembly(assembly);
  change(stacks);
  const isSource = ({ account }: StackInput) => account === ACCOUNT_A;
  const cloud = await LocalCloud.start({
    stacks: stacks.filter(isSource),
    accountsWithOperator: [ACCOUNT_A, ACCOUNT_B],
  });
  return {
    ...twoAccountsOf(cloud),
    async deployDestination() {
      for (const stack of stacks.filter((each) => !isSource(each))) await cloud.deploy(stack);
    },
  };
}
