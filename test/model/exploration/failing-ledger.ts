import type { LedgerFate } from './scenario.ts';
import type { Services } from './services.ts';

/**
 * The ledger refuses requests, or carries them out without an answer, whoever sends them, or does so twice since the SDK repeats them.
 * @param left of the next requests; each takes one
 */
export function failingLedger(services: Services, left: LedgerFate[]): Services {
  return {
    ...services,
    PutItem(input) {
      const fate = left.shift() ?? 'answers';
      if (fate === 'refuses') throw new Error('the ledger refuses');
      const answer = services.PutItem(input);
      if (fate === 'goes silent') throw new Error('the ledger goes silent');
      if (fate === 'is asked twice') return { ...services.PutItem(input), $metadata: { attempts: 2 } };
      return answer;
    },
  };
}
