/** What a synth that fails says to whoever can mend it. */
import { ConfigError } from './mistakes.ts';

/**
 * A sentence for each mistake of the configuration, and one for a folder that can't be written.
 * @param file where the configuration stands, if not in cdk.json
 * @returns undefined for any other error, which is a defect
 */
export function sentenceFor(error: unknown, file: string | undefined): string | undefined {
  if (error instanceof ConfigError) return error.inFile(file);
  const { message, syscall } = error as NodeJS.ErrnoException;
  // The CDK puts errors of bundling into the message of its own.
  const reason = /\b(E[A-Z]+: .+)/.exec(message)?.[1] ?? message;
  const isAboutFiles = syscall !== undefined || reason !== message || reason.endsWith('must be a directory');
  if (!isAboutFiles) return undefined;
  return `The stacks can't be written (${reason}): name another folder by --output, or make room or leave to write there.`;
}
