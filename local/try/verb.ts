/** What each verb of `npm run try` says of itself, and what it gets when it is tried. */
import { printable } from '../../cli/terminal/printable.ts';
import type { World } from './world.ts';

export interface Verb {
  /** As it is typed, without options: `receipt KEY`. */
  usage: string;
  summary: string;
  /** Further sentences of its own help. */
  more?: string;
  /** What `--json` prints, for its own help. */
  json: string;
  /** Beside `--json`, which each has. */
  options?: Record<string, Option>;
  /** After the verb; none unless given. */
  words?: Words;
  /** @returns whether all is as it should be; or that some of what was named was left out */
  act(attempt: Attempt): Promise<boolean | 'some skipped'>;
}

export interface Option {
  type: 'boolean' | 'string';
  /** `--route NAME` */
  usage: string;
  summary: string;
}

export interface Words {
  least: number;
  most: number;
  /** Asks for those that are missing. */
  missing: string;
}

export interface Attempt {
  world: World;
  words: string[];
  options: Record<string, string | boolean | undefined>;
  /** Prints text for people, or with `--json` the value in a line. */
  tell(value: object, text: string): void;
  /** Prints a sentence on standard error: with `--json`, too, nothing but values is on standard output. */
  warn(text: string): void;
}

export function nameOf({ usage }: Verb): string {
  return usage.split(' ')[0]!;
}

/** `s3://bucket/key`, as a terminal may show it. */
export function place(bucket: string, key: string): string {
  return `s3://${bucket}/${printable(key)}`;
}
