/** What differs between two reports of the API: by this, CHANGELOG.md is held to name it. */

/** Every exported name, and what is exported by it, member by member. */
type Exports = Map<string, Map<string, string>>;

/** The text of an export itself. */
const ITSELF = '';

/**
 * @param released the report of the last release; empty when there was none
 * @returns names: of an export that is new or gone, or `Export.member` for what differs in one
 */
export function changedNames(released: string, current: string): string[] {
  const [before, after] = [exportsOf(released), exportsOf(current)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name) => {
    const [old, own] = [before.get(name), after.get(name)];
    if (old === undefined || own === undefined) return [name];
    const members = [...new Set([...old.keys(), ...own.keys()])].filter((each) => old.get(each) !== own.get(each));
    return members.map((member) => (member === ITSELF ? name : `${name}.${member}`));
  });
}

/** @param changelog its section "Unreleased" must name each of these, whole or as `member` beside its class */
export function unnamed(names: readonly string[], changelog: string): string[] {
  const [, unreleased = ''] = /^## Unreleased$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(changelog) ?? [];
  const words = new Set(unreleased.match(/[\w$]+/g));
  return names.filter((name) => !name.split('.').every((word) => words.has(word)));
}

function exportsOf(report: string): Exports {
  const code = /^```ts\n([\s\S]*?)^```$/m.exec(report)?.[1] ?? '';
  const exports: Exports = new Map();
  let members = new Map<string, string>();
  let member = ITSELF;
  for (const line of code.split('\n')) {
    const [, name] =
      /^export (?:declare |abstract |const |class |interface |function |type |enum )+(\w+)/.exec(line) ?? [];
    if (name !== undefined) {
      members = exports.get(name) ?? new Map<string, string>();
      exports.set(name, members);
      member = ITSELF;
    } else if (/^ {4}[^ }/]/.test(line)) {
      member =
        /^ {4}(?:(?:readonly|static|abstract|protected|get|set) )*(?:\[?([\w.]+)\]?)/.exec(line)?.[1] ?? line.trim();
    } else if (/^\S/.test(line)) {
      member = ITSELF;
    }
    if (/^\s*(\/\/.*)?$|^import |^[{}]\s*$/.test(line)) continue;
    members.set(member, `${members.get(member) ?? ''}${line.trim()}\n`);
  }
  return exports;
}
