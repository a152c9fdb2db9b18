import { ANYWHERE } from './anywhere.ts';
import { AT_DESTINATION } from './at-destination.ts';
import { AT_SOURCE } from './at-source.ts';
import type { Failure } from './failure.ts';
import { OF_SESSIONS } from './of-sessions.ts';

/**
 * What each error means: the one table that the relay goes by, docs/runbook.md prints and the check explains with. The code of an answer
 * decides; its status does where the code is in no row, and `PASSING` where nothing is known.
 */
export const FAILURES: readonly Failure[] = [...ANYWHERE, ...AT_SOURCE, ...AT_DESTINATION, ...OF_SESSIONS];
