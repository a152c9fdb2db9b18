/** Makes anybody's text harmless for a terminal. */

/** Keys are anybody's text: control characters in them must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** An object as JSON on several lines. JSON itself escapes only some of what a terminal obeys. */
export function printableJson(value: object): string {
  return JSON.stringify(value, undefined, 2).split('\n').map(printable).join('\n');
}
