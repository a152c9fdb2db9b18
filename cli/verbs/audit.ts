/** `audit`: writes a report of what is across, and how it is proved. */
import type { AuditSummary } from '../../functions/replay/audit/audit-objects.ts';
import { DETACH, haveReplay } from '../durable.ts';
import { auditEvent, SCOPE } from '../replay-options.ts';
import { printableJson } from '../terminal/printable.ts';
import type { Verb } from '../verb.ts';

export const audit: Verb = {
  usage: 'audit',
  summary: 'writes a report of what is across, and how it is proved',
  more: 'A line for each key and route, into the bucket of reports. Nothing is relayed.',
  json: "the audit's answer, as docs/audit.md has it",
  options: {
    ...SCOPE,
    'defuse-formulas': {
      type: 'boolean',
      usage: '--defuse-formulas',
      summary: 'puts an apostrophe in front of what a spreadsheet takes for a formula',
    },
    ...DETACH,
  },
  examples: [['audit --until 2026-02-01', 'about everything of January and before']],
  async act(attempt) {
    const answer = await haveReplay<AuditSummary>(attempt, auditEvent(attempt.options), 'The audit');
    if (answer) attempt.tell(answer, printableJson(answer));
    return true;
  },
};
