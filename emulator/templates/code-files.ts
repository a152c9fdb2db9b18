/** Changes what lies beside a function's bundle, as another deployment would. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackInput } from './assembly.ts';

/**
 * Changes a JSON file in the code of every function that has it, or of the function of that name. The assembly stays as it is: each
 * stack gets a copy of the code, in a folder beside the original.
 */
export function changeCodeFile(
  stacks: readonly StackInput[],
  file: string,
  change: (value: Record<string, unknown>) => Record<string, unknown>,
  functionName?: string,
): void {
  for (const stack of stacks) {
    for (const { Type, Properties } of Object.values(stack.template.Resources)) {
      const isNamed = functionName === undefined || Properties?.['FunctionName'] === functionName;
      if (Type !== 'AWS::Lambda::Function' || !isNamed) continue;
      const hash = (Properties!['Code'] as { S3Key: string }).S3Key.replace(/\.zip$/, '');
      const folder = mkdtempSync(`${stack.assets.get(hash)!}-`);
      cpSync(stack.assets.get(hash)!, folder, { recursive: true });
      const path = join(folder, file);
      writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
      stack.assets = new Map(stack.assets).set(hash, folder);
    }
  }
}
