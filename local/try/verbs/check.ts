/** `npm run try -- check`: whether both accounts are set up as the relay needs it. */
import type { CheckAnswer } from '../../../functions/handlers/check.ts';
import { relayNames } from '../../../infra/names.ts';
import { invoke } from '../invoke.ts';
import type { Verb } from '../verb.ts';

export const check: Verb = {
  usage: 'check',
  summary: 'whether the relay may do what it must, and who must change what',
  more: 'Fails if the check does not pass.',
  json: '{"passed","lines":[{"check","route","status","found","remedy"}]}, as the function answers',
  async act({ world, tell }) {
    const { table, ...answer } = await invoke<CheckAnswer>(world, relayNames(world.config).checkFunction, {});
    tell(answer, table);
    return answer.passed;
  },
};
