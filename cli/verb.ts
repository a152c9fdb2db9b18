/** What each verb of the command says of itself, and what it gets when it is typed. */
import type { Relay } from './relay.ts';

/** @typeParam A what it needs to act */
export interface Verb<A extends Attempt = RelayAttempt> {
  /** As it is typed, without options: `receipt KEY`. */
  usage: string;
  summary: string;
  /** Further sentences of its own help. */
  more?: string;
  /** What `--json` prints, for its own help; absent where it prints the same anyhow. */
  json?: string;
  options?: Record<string, Option>;
  /** After the verb; none unless given. */
  words?: Words;
  /** What may be typed after the command, and what that does. */
  examples?: readonly (readonly [line: string, does: string])[];
  /** @returns whether all is as it should be; or that some of what was named was left out */
  act(attempt: A): Promise<boolean | 'some skipped'>;
}

export interface Option {
  type: 'boolean' | 'string';
  /** `--route NAME` */
  usage: string;
  summary: string;
  /** Nothing else may be given. */
  choices?: readonly string[];
  /** An empty text is a value like any other: every key has the empty prefix. */
  mayBeEmpty?: boolean;
}

export interface Words {
  least: number;
  most: number;
  /** Asks for those that are missing. */
  missing: string;
  /** What could have been typed. */
  example?: string;
  choices?: readonly string[];
}

export interface Attempt {
  /** As a person types it, e.g. `npx upload-relay`: for what to type next. */
  command: string;
  words: string[];
  options: Record<string, string | boolean | undefined>;
  /** Prints text for people, or with `--json` the value in a line. */
  tell(value: object, text: string): void;
  /** Prints a sentence on standard error: with `--json`, too, nothing but values is on standard output. */
  warn(text: string): void;
}

export interface RelayAttempt extends Attempt {
  relay: Relay;
}

export function nameOf({ usage }: Pick<Verb, 'usage'>): string {
  return usage.split(' ')[0]!;
}

/** The sentence for words that are missing. */
export function missingWords(command: string, { usage, words }: Pick<Verb, 'usage' | 'words'>): string {
  const { missing = '', example } = words ?? {};
  const such = example === undefined ? '' : ` For example: ${command} ${nameOf({ usage })} ${example}`;
  return `${missing}${such}`;
}
