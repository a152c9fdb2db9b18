import { describe, expect, test } from 'vitest';
import { itemId, type RoleFacts } from '../../../../functions/aws/role-history.ts';
import { awaitedUntil, denied, refusalOf } from '../../../../functions/aws/role-refusal.ts';

const NOW = new Date('2026-01-15T12:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const role = {
  routeName: 'main',
  roleArn: 'arn:aws:iam::222222222222:role/writer',
  externalId: 'agreed',
};
const refused = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
const refusal = (facts: RoleFacts, retryDelaySeconds = 30) =>
  refusalOf(role, refused, facts, { awaitRoleHours: 72, retryDelaySeconds, now: NOW });

describe('a role that refuses is waited for', () => {
  test.each<[string, RoleFacts, string | undefined]>([
    ['never seen before', {}, '2026-01-18T12:00:00.000Z'],
    ['refused for the first time', { refusedAt: NOW }, '2026-01-18T12:00:00.000Z'],
    ['refused for two days', { refusedAt: ago(48 * 60) }, '2026-01-16T12:00:00.000Z'],
    ['refused for three days', { refusedAt: ago(72 * 60) }, undefined],
    ['let this relay in a minute ago, and IAM still settles', { assumedAt: ago(1) }, '2026-01-15T12:04:00.000Z'],
    ['let this relay in once', { assumedAt: ago(5) }, undefined],
    ['awaited, then let this relay in', { refusedAt: ago(60), assumedAt: ago(5) }, undefined],
  ])('%s: until %o', (_, facts, until) => {
    expect(awaitedUntil(facts, { awaitRoleHours: 72, now: NOW })?.toISOString()).toBe(until);
  });

  test('no longer than configured, also while IAM settles', () => {
    expect(awaitedUntil({ assumedAt: ago(1) }, { awaitRoleHours: 1 / 120, now: NOW })).toBeUndefined();
  });
});

describe('what the refusal says', () => {
  test('who is awaited, and until when', () => {
    expect(refusal({ refusedAt: ago(60) })).toMatchObject({
      code: 'RoleAwaited',
      retryable: true,
      message:
        'Route "main" awaits account 222222222222: its role arn:aws:iam::222222222222:role/writer has never let this relay in (not authorized). Has account 222222222222 deployed its side yet? It is awaited until 2026-01-18T11:00:00.000Z; after that, this is a permanent failure.',
    });
    expect(refusal({ assumedAt: ago(1) }).message).toContain('has only just begun to let this relay in');
  });

  test('that the time is over', () => {
    expect(refusal({ refusedAt: ago(73 * 60) })).toMatchObject({
      code: 'AssumeRoleDenied',
      retryable: false,
      message: expect.stringContaining('It was awaited since 2026-01-12T11:00:00.000Z, and the time for that'),
    });
  });

  test('that a promise is broken', () => {
    expect(refusal({ assumedAt: ago(60) })).toMatchObject({
      code: 'AssumeRoleDenied',
      retryable: false,
      message:
        'Route "main" may not assume arn:aws:iam::222222222222:role/writer (not authorized). Its trust policy in account 222222222222 must name this relay\'s role and external id.',
    });
  });

  test('to one who keeps no count: both', () => {
    expect(denied(role, refused).message).toMatch(
      /must name this relay's role and external id\. Has account 222222222222 deployed its side yet\?$/,
    );
  });
});

test.each([
  [0, 30, 30],
  [1, 30, 30],
  [2, 30, 60],
  [10, 30, 300],
  [30, 30, 900],
  [48 * 60, 30, 900],
  [0, 1, 1],
])('after %i minutes, with first pauses of %i s, it is tried again in %i s', (minutes, first, seconds) => {
  expect(refusal({ refusedAt: ago(minutes) }, first).retryAfterSeconds).toBe(seconds);
});

test.each([
  ['another role', 'AROA1', { roleArn: `${role.roleArn}2` }],
  ['another external id', 'AROA1', { externalId: 'another' }],
  ['this relay’s role made anew', 'AROA2', {}],
])('%s is agreed upon anew', (_, relayRoleId, change) => {
  const known = itemId('AROA1', role);
  expect(known).toMatch(/^#role\/arn:aws:iam::222222222222:role\/writer\/[0-9a-f]{16}$/);
  expect(itemId('AROA1', { ...role })).toBe(known);
  expect(itemId(relayRoleId, { ...role, ...change })).not.toBe(known);
});
