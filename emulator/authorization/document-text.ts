/** What IAM asks of a policy's text, before its grammar. */

const STRING_OR_BRACKET = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/gs;

/**
 * A name that is given twice in one object, of which a parser keeps the last and drops the others without a word.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html#policies-grammar-notes
 * @param json well-formed
 */
export function repeatedName(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(STRING_OR_BRACKET)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    if (text === undefined || colon === undefined) continue;
    const name = JSON.parse(text) as string;
    if (open.at(-1)?.has(name)) return name;
    open.at(-1)?.add(name);
  }
  return undefined;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names: all policy documents */
const OTHER_CHARACTER = /[^\t\n\r\u0020-\u00ff]/u;

/** Of names and values, those written as JSON escapes too: nothing says that IAM takes them. */
export function characterProblem(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const [character] = OTHER_CHARACTER.exec(value) ?? [];
    if (character === undefined) return undefined;
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    const taken = 'U+0009, U+000A, U+000D and U+0020 to U+00FF';
    return `${JSON.stringify(value)} has the character U+${code}; a policy takes ${taken} only`;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const problems = Object.entries(value).flat().map(characterProblem);
  return problems.find((problem) => problem !== undefined);
}
