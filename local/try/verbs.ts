/** The verbs of `npm run try`, in the order of its help. */
import type { Verb } from './verb.ts';
import { check } from './verbs/check.ts';
import { deadLetters } from './verbs/dead-letters.ts';
import { drop } from './verbs/drop.ts';
import { restore, revoke } from './verbs/grant.ts';
import { intrude } from './verbs/intrude.ts';
import { look } from './verbs/look.ts';
import { receipt } from './verbs/receipt.ts';
import { redrive, replay } from './verbs/replay.ts';

export const VERBS: readonly Verb[] = [
  drop,
  look,
  intrude,
  receipt,
  revoke,
  restore,
  check,
  deadLetters,
  redrive,
  replay,
];
