/** The stacks of an app, as its cloud assembly has them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../cli/terminal/user-error.ts';
import type { UserFolder } from './user-folder.ts';

export interface AppStack {
  /** As `cdk deploy` takes it. */
  id: string;
  account: string;
  region: string;
  /** Whether the relay is in it. */
  hasCode: boolean;
}

interface Manifest {
  artifacts: Record<string, { type: string; environment?: string; displayName?: string }>;
}

/** @param app a program; the account where the relay is comes first */
export async function stacksOf(folder: UserFolder, app: string): Promise<AppStack[]> {
  const out = join(folder.path, 'stacks.out');
  await folder.must('node', [app], { CDK_OUTDIR: out });
  const read = async <T>(name: string) => JSON.parse(await readFile(join(out, name), 'utf8')) as T;
  const { artifacts } = await read<Manifest>('manifest.json');
  const found = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const stacks = found.map(async ([id, { environment = '', displayName = id }]) => {
    const [, account, region] = /^aws:\/\/(\d{12})\/([a-z\d-]+)$/.exec(environment) ?? [];
    if (account === undefined) throw new Failure(`${displayName} names no account: ${environment}.`);
    const { Resources = {} } = await read<{ Resources?: Record<string, { Type: string }> }>(`${id}.template.json`);
    const hasCode = Object.values(Resources).some(({ Type }) => Type === 'AWS::Lambda::Function');
    return { id: displayName, account, region: region!, hasCode };
  });
  return (await Promise.all(stacks)).sort((a, b) => Number(b.hasCode) - Number(a.hasCode));
}
