/** The verbs of `npm run try`, in the order of its help: those of this folder, and those of the package's command that it shares. */
import { deadLetters } from '../../cli/verbs/dead-letters.ts';
import { check } from '../../cli/verbs/doctor.ts';
import { logsSince } from '../../cli/verbs/logs.ts';
import { receipt } from '../../cli/verbs/receipt.ts';
import { redrive } from '../../cli/verbs/redrive.ts';
import { replay } from '../../cli/verbs/replay.ts';
import { watch } from '../../cli/verbs/watch.ts';
import type { Verb } from './verb.ts';
import { byHand } from './verbs/by-hand.ts';
import { drop } from './verbs/drop.ts';
import { restore, revoke } from './verbs/grant.ts';
import { intrude } from './verbs/intrude.ts';
import { look } from './verbs/look.ts';
import { pull } from './verbs/pull.ts';

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
  logsSince(),
  watch,
  pull,
  byHand,
];
