import { describe, expect, test } from 'vitest';
import { type Holders, leaveSlot, takeSlot, type Verdict } from '../../../../functions/delivery/lease.ts';

const NOW = 1_000_000;
const MINUTE = 60_000;
const at = (minutes: number) => NOW + minutes * MINUTE;
const written = (holders: Holders): Verdict => ({ kind: 'write', holders });

describe('taking one of two slots for half an hour', () => {
  test.each<[string, Holders, Verdict]>([
    ['both are free', {}, written({ me: at(30) })],
    ['one is free', { a: at(1) }, written({ a: at(1), me: at(30) })],
    ['none is', { a: at(1), b: at(1) }, { kind: 'busy' }],
    ['one is past its time, to the millisecond', { a: NOW, b: at(1) }, written({ b: at(1), me: at(30) })],
    ['one is mine: it is held for longer', { a: at(1), me: at(5) }, written({ a: at(1), me: at(30) })],
    ['one is mine for nearly as long', { a: at(1), me: at(29.5) }, { kind: 'as it is' }],
    ['one is mine for longer: it is never held for less', { a: at(1), me: at(35) }, { kind: 'as it is' }],
    ['one was mine, and others have both', { a: at(1), b: at(1), me: NOW - 1 }, { kind: 'busy' }],
    [
      'more are taken than there are by now, mine among them',
      { a: at(1), b: at(1), me: at(1) },
      written({ a: at(1), b: at(1), me: at(30) }),
    ],
  ])('%s', (_, holders, verdict) => {
    expect(takeSlot(holders, { owner: 'me', nowMs: NOW, untilMs: at(30) }, 2)).toEqual(verdict);
  });
});

describe('leaving it in a minute', () => {
  test.each<[string, Holders, Verdict]>([
    ['held', { a: at(5), me: at(30) }, written({ a: at(5), me: at(1) })],
    ['lost, and taken by others', { a: at(5), b: at(5) }, { kind: 'as it is' }],
    ['past its time', { me: NOW }, { kind: 'as it is' }],
  ])('%s', (_, holders, verdict) => {
    expect(leaveSlot(holders, { owner: 'me', nowMs: NOW, untilMs: at(1) })).toEqual(verdict);
  });
});
