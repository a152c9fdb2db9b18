/** The value of that name, made when it is first asked for. */
export function memoize<T>(all: Map<string, T>, name: string, make: () => T): T {
  const value = all.get(name) ?? make();
  all.set(name, value);
  return value;
}
