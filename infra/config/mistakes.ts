/** Mistakes in cdk.json, and their wording. */

/** One mistake in `cdk.json`. */
export interface Mistake {
  /** The field, from `context.relay` on. */
  path: readonly PropertyKey[];
  /** One sentence that begins with the field: `field "relay.source.region" is …`. */
  sentence: string;
  /** The name by which `relay.acknowledge` can take it, if it may be meant so. */
  warning?: string;
}

/** What a rule yields: one rule, any number of mistakes. */
export type Mistakes = Generator<Mistake, void>;

/** What is wrong with a configuration, for whoever wrote it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly mistakes: readonly Mistake[];

  constructor(message: string, mistakes: readonly Mistake[] = []) {
    super(message);
    this.mistakes = mistakes;
  }

  /** Of at least one mistake. */
  static of(mistakes: readonly Mistake[]): ConfigError {
    return new ConfigError(wording('cdk.json', sentencesOf(mistakes)), mistakes);
  }

  /** The message, of a file that holds the contents of `context.relay`. */
  inFile(file: string | undefined): string {
    if (file === undefined || this.mistakes.length === 0) return this.message;
    return wording(
      file,
      sentencesOf(this.mistakes).map((sentence) => sentence.replace(/^field "relay\./, 'field "')),
    );
  }
}

/** One mistake is one line; several are numbered. */
export function wording(file: string, sentences: string[]): string {
  if (sentences.length === 1) return `${file}: ${sentences[0]}`;
  return [`${file}: ${sentences.length} mistakes`, ...sentences.map((each, index) => `${index + 1}. ${each}`)].join(
    '\n',
  );
}

/** Two rules may say the same. */
function sentencesOf(mistakes: readonly Mistake[]): string[] {
  return [...new Set(mistakes.map(({ sentence }) => sentence))];
}

/**
 * @param field its path, from `relay` on
 * @param words what follows the field's name, without the full stop
 */
export function mistake(field: string, words: string, warning?: string): Mistake {
  const path = field.split('.').slice(1);
  return { path, sentence: sentence(field, words), ...(warning !== undefined && { warning }) };
}

/** @param reason what is wrong with the value and what would be right; no full stop at its end */
export function refusal(field: string, value: unknown, reason: string, warning?: string): Mistake {
  return mistake(field, `${isWhat(value)}: ${reason}`, warning);
}

/** @param first the field that has the value already */
export function repetition(field: string, value: string, first: string, advice: string): Mistake {
  return mistake(field, `is ${shown(value)}, as in ${first}: ${advice}`);
}

/** One sentence about a field. A name that nobody expected may hold anything, so it is escaped. */
export function sentence(field: string, words: string): string {
  return `field ${JSON.stringify(field)} ${words}${words.endsWith('?') ? '' : '.'}`;
}

export function isWhat(value: unknown): string {
  return value === undefined ? 'is missing' : `is ${shown(value)}`;
}

/** More of a value doesn't help. */
const MOST_SHOWN = 160;

/** As it stands in the file, if it isn't long. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN).toWellFormed()}…`;
}
