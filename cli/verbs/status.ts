/** `status`: how the relay is doing: its queues, its dead letters, what it has delivered, and its alarms. */
import { type AlarmState, alarmsOf } from '../cloudwatch.ts';
import { deliveriesOf, oldestSecondsOf } from '../measured.ts';
import { type Counts, countsOf, sumOf } from '../queues.ts';
import { printable } from '../terminal/printable.ts';
import type { Verb } from '../verb.ts';

export const status: Verb = {
  usage: 'status',
  summary: 'queues, dead letters, deliveries and alarms',
  more: 'Fails if there are dead letters, or if an alarm is on.',
  examples: [['status --json', 'for a program that looks at it now and then']],
  json: '{"queue":{"waiting","underWay","delayed","oldestSeconds"},"deadLetters","lastHour":{"settled","inTime"},"alarms":[{"name","state","since","reason"}]}',
  async act({ relay, command, tell }) {
    const [counts, dead, alarms, lastHour, oldestSeconds] = await Promise.all([
      countsOf(relay, relay.names.queue),
      countsOf(relay, relay.names.deadLetterQueue),
      alarmsOf(relay),
      deliveriesOf(relay),
      oldestSecondsOf(relay),
    ]);
    const queue = { ...counts, ...(oldestSeconds !== undefined && { oldestSeconds }) };
    const deadLetters = sumOf(dead);
    const on = alarms.filter(({ state }) => state === 'ALARM');
    const { waiting, underWay, delayed } = queue;
    const lines = [
      `queue         ${waiting} waiting, ${underWay} under way, ${delayed} to be tried again later${ageOf(counts, oldestSeconds)}`,
      `dead letters  ${deadLetters}${deadLetters > 0 ? `: ${command} dead-letters` : ''}`,
      `last hour     ${lastHour.settled} delivered or failed, ${lastHour.inTime} of them delivered in time`,
      `alarms        ${alarms.length === 0 ? 'none' : `${on.length} of ${alarms.length} on`}${unheardOf(alarms)}`,
      ...on.map(({ name, since, reason }) => `  ${name} since ${since}: ${printable(reason)}`),
    ];
    tell({ queue, deadLetters, lastHour, alarms }, lines.join('\n'));
    return deadLetters === 0 && on.length === 0;
  },
};

/** An empty queue's age is that of what was in it a moment ago. */
function ageOf(counts: Counts, seconds: number | undefined): string {
  return sumOf(counts) === 0 || seconds === undefined ? '' : `; the oldest since ${seconds} s`;
}

function unheardOf(alarms: readonly AlarmState[]): string {
  const unheard = alarms.filter(({ state }) => state === 'INSUFFICIENT_DATA').length;
  return unheard === 0 ? '' : `, ${unheard} without data yet`;
}
