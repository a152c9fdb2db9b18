/** parseArgs takes a number below zero for an option of its own, and its message helps nobody: this binds it to the option before it. */
export function bindNegativeNumbers(args: readonly string[]): string[] {
  const bound: string[] = [];
  for (const arg of args) {
    const isNumber = /^-\d/.test(arg) && bound.at(-1)?.startsWith('--');
    bound.push(isNumber ? `${bound.pop()}=${arg}` : arg);
  }
  return bound;
}
