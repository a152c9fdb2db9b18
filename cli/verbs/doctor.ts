/** `doctor`: whether both accounts are set up as the relay needs it. */
import type { CheckAnswer } from '../../functions/handlers/check.ts';
import { invoke } from '../aws/invoke.ts';
import type { Verb } from '../verb.ts';

export const doctor: Verb = {
  usage: 'doctor',
  summary: 'whether the relay may do what it must, and who must change what',
  more: 'Fails if the check does not pass.',
  json: '{"passed","lines":[{"check","route","status","found","remedy"}]}, as the function answers',
  examples: [['doctor --profile a', 'with the profile a of account A']],
  async act({ relay, tell }) {
    const { table, ...answer } = await invoke<CheckAnswer>(relay.lambda, relay.names.checkFunction, {});
    tell(answer, table);
    return answer.passed;
  },
};

/** As `npm run try` has called it from the beginning. */
export const check: Verb = { ...doctor, usage: 'check', examples: [] };
