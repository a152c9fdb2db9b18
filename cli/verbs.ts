/** The verbs of `upload-relay`, in the order of its help. */
import type { Attempt, Verb } from './verb.ts';
import { audit } from './verbs/audit.ts';
import { deadLetters } from './verbs/dead-letters.ts';
import { doctor } from './verbs/doctor.ts';
import { init } from './verbs/init.ts';
import { logs } from './verbs/logs.ts';
import { policy } from './verbs/policy.ts';
import { receipt } from './verbs/receipt.ts';
import { redrive } from './verbs/redrive.ts';
import { replay } from './verbs/replay.ts';
import { status } from './verbs/status.ts';
import { template } from './verbs/template.ts';
import { watch } from './verbs/watch.ts';

/** Before anything is deployed: they ask nobody. */
export const LOCAL_VERBS: readonly Verb<Attempt>[] = [init, template, policy];

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
