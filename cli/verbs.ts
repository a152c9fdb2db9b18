/** The verbs of `upload-relay`, in the order of its help. */
import type { Verb } from './verb.ts';
import { audit } from './verbs/audit.ts';
import { deadLetters } from './verbs/dead-letters.ts';
import { doctor } from './verbs/doctor.ts';
import { logs } from './verbs/logs.ts';
import { receipt } from './verbs/receipt.ts';
import { redrive } from './verbs/redrive.ts';
import { replay } from './verbs/replay.ts';
import { status } from './verbs/status.ts';
import { watch } from './verbs/watch.ts';

/** Of a relay that is deployed. */
export const REMOTE_VERBS: readonly Verb[] = [
  doctor,
  status,
  receipt,
  deadLetters,
  redrive,
  replay,
  audit,
  logs,
  watch,
];
