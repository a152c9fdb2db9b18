/** What `npm start` says to people: on standard output, or on standard error where standard output is for programs. */

let out: NodeJS.WriteStream = process.stdout;

export function say(text: string): void {
  out.write(text);
}

/** From now on. */
export function leaveStdoutToPrograms(): void {
  out = process.stderr;
}

/** Where people read. */
export function screen(): NodeJS.WriteStream {
  return out;
}

/** Its width in columns; undefined where lines may have any, as in a file. */
export function widthOf({ isTTY, columns }: NodeJS.WriteStream): number | undefined {
  if (!isTTY) return undefined;
  // Some pseudo-terminals say 0.
  return columns || 80;
}
