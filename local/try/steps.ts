/** How a scenario is told: each step with the commands of the AWS CLI that would do the same, and what to type next. */
import type { Attempt } from './verb.ts';

/** What was done; @param commands that would do the same by the AWS CLI */
export function tellStep({ tell }: Pick<Attempt, 'tell'>, step: string, commands: readonly string[] = []): void {
  tell({ step, aws: commands }, [step, ...commands.map(indented), ''].join('\n'));
}

/** The last one. */
export function tellNext({ tell }: Pick<Attempt, 'tell'>, title: string, commands: readonly string[]): void {
  tell({ next: commands }, [title, ...commands.map(indented)].join('\n'));
}

function indented(command: string): string {
  return `  ${command.replaceAll('\n', '\n  ')}`;
}
