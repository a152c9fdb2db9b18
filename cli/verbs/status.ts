/** `status`: how the relay is doing: its queues, its dead letters and its alarms. */
import { type AlarmState, alarmsOf } from '../cloudwatch.ts';
import { countsOf, sumOf } from '../queues.ts';
import { printable } from '../terminal/printable.ts';
import type { Verb } from '../verb.ts';

export const status: Verb = {
  usage: 'status',
  summary: 'queues, dead letters and alarms',
  more: 'Fails if there are dead letters, or if an alarm is on.',
  examples: [['status --json', 'for a program that looks at it now and then']],
  json: '{"queue":{"waiting","underWay","delayed"},"deadLetters","alarms":[{"name","state","since","reason"}]}',
  async act({ relay, command, tell }) {
    const [queue, dead, alarms] = await Promise.all([
      countsOf(relay, relay.names.queue),
      countsOf(relay, relay.names.deadLetterQueue),
      alarmsOf(relay),
    ]);
    const deadLetters = sumOf(dead);
    const on = alarms.filter(({ state }) => state === 'ALARM');
    const { waiting, underWay, delayed } = queue;
    const lines = [
      `queue         ${waiting} waiting, ${underWay} under way, ${delayed} to be tried again later`,
      `dead letters  ${deadLetters}${deadLetters > 0 ? `: ${command} dead-letters` : ''}`,
      `alarms        ${alarms.length === 0 ? 'none' : `${on.length} of ${alarms.length} on`}${unheardOf(alarms)}`,
      ...on.map(({ name, since, reason }) => `  ${name} since ${since}: ${printable(reason)}`),
    ];
    tell({ queue, deadLetters, alarms }, lines.join('\n'));
    return deadLetters === 0 && on.length === 0;
  },
};

function unheardOf(alarms: readonly AlarmState[]): string {
  const unheard = alarms.filter(({ state }) => state === 'INSUFFICIENT_DATA').length;
  return unheard === 0 ? '' : `, ${unheard} without data yet`;
}
