/** Commands of the documentation, typed into a terminal. */
import { expect } from 'vitest';
import { shell } from './aws-cli.ts';

export interface Command {
  line: string;
  /** What it says when it works, if the page tells (`# → …`); a refusal's words otherwise (`# ✗ …`). */
  answers?: string;
  refusal?: string;
}

export interface Terminal {
  /** With a HOME of its own, where variables are kept. */
  environment: NodeJS.ProcessEnv;
  /** The repository unless given. */
  cwd?: string;
}

/** A terminal's variables and functions; those that can't be set are bash's own. */
const KEEP = '{ declare -p | grep -v "^declare -[^ ]*r"; declare -f; } > "$HOME/variables"';

export function commandOf(text: string): Command {
  const [, line, mark, words] = /^([\s\S]*?)(?: {2,}# (→|✗) (.*))?$/.exec(text)!;
  if (mark === '→') return { line: line!, answers: words! };
  return mark === '✗' ? { line: line!, refusal: words! } : { line: line! };
}

/**
 * Runs commands one after the other, and sees that each says what the page says.
 * @param goesOn in the same terminal as before: with its variables and functions
 */
export async function type(commands: Command[], { environment, cwd }: Terminal, goesOn: boolean): Promise<void> {
  // Into a file: /dev/stdout cannot be opened where it is a socket, as in a child process of Node. At its end: who opens it
  // empties it, and what is printed afterwards must not come over that.
  const each = commands.map(
    ({ line }) => `: > "$HOME/output"; { ${line}\n} >> "$HOME/output" 2>&1; printf '%s\\0' $? "$(cat "$HOME/output")"`,
  );
  const before = goesOn ? ['source "$HOME/variables"'] : [];
  const script = [...before, ...each, KEEP].join('\n');
  const { stdout, stderr } = await shell(script, environment, cwd);
  expect(stderr).toBe('');
  const parts = stdout.split('\0');
  for (const [index, { line, answers, refusal }] of commands.entries()) {
    const [code, output] = [Number(parts[2 * index]), parts[2 * index + 1]!];
    expect(code === 0, `${line}\n${output}`).toBe(refusal === undefined);
    expect(output, line).toContain(answers ?? refusal ?? '');
  }
}
