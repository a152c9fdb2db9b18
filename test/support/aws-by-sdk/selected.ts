/** `--query` and `--output` of the CLI, as far as docs/by-hand.md uses them. */

/** @param query `a.b`, or `a.[b,c]` */
export function selected(answer: Record<string, unknown>, query: string | undefined, output: string): string {
  if (Object.keys(answer).length === 0) return '';
  const value = query === undefined ? answer : valueAt(answer, query);
  if (output === 'json') return JSON.stringify(value, null, 4);
  return (Array.isArray(value) ? value : [value]).map(String).join('\t');
}

function valueAt(value: unknown, query: string): unknown {
  const [, path, names] = /^([\w.]*?)\.?(?:\[([\w,]+)\])?$/.exec(query) ?? [];
  if (path === undefined) throw new Error(`--query ${query} is not known here`);
  const found = path === '' ? value : path.split('.').reduce((each, name) => (each as never)[name], value);
  return names === undefined ? found : names.split(',').map((name) => (found as never)[name]);
}
