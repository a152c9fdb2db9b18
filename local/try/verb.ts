/** What the verbs of `npm run try` get beside those of the package's command: the accounts of `npm start`. */
import { printable } from '../../cli/terminal/printable.ts';
import type { RelayAttempt, Verb as VerbOf } from '../../cli/verb.ts';
import type { World } from './world.ts';

export interface Attempt extends RelayAttempt {
  world: World;
}

export type Verb = VerbOf<Attempt>;

/** `s3://bucket/key`, as a terminal may show it. */
export function place(bucket: string, key: string): string {
  return `s3://${bucket}/${printable(key)}`;
}
