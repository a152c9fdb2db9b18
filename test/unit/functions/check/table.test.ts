import { expect, test } from 'vitest';
import type { CheckLine } from '../../../../functions/check/line.ts';
import { tableOf } from '../../../../functions/check/table.ts';

test('advice alone changes nothing about the verdict', () => {
  const remedy = { side: 'source', account: '1', change: 'Do it.' } as const;
  expect(tableOf([{ check: 'it is so', status: 'advised', found: 'off', remedy }]).split('\n')).toEqual([
    'check     route  result   found',
    '────────  ─────  ───────  ─────',
    'it is so         advised  off',
    '  → source account 1: Do it.',
    '',
    'All is as it must be.',
  ]);
});

test('the table tells each side what to do, with what there is to paste', () => {
  const lines: CheckLine[] = [
    { check: 'who am I', status: 'ok', found: 'a role' },
    {
      check: 'it arrives',
      route: 'main',
      status: 'failed',
      found: '403',
      remedy: { side: 'destination', account: '2', change: 'Allow it.', statement: { Sid: 'PutObjects' } },
    },
    { check: 'the rest', route: 'main', status: 'skipped', found: 'no session' },
  ];
  expect(tableOf(lines)).toBe(
    [
      'check       route  result     found',
      '──────────  ─────  ─────────  ─────',
      'who am I           ok         a role',
      'it arrives  main   FAILED     403',
      '  → destination account 2: Allow it.',
      '    {',
      '      "Sid": "PutObjects"',
      '    }',
      'the rest    main   not tried  no session',
      '',
      '1 of 3 failed; to be mended by: destination account 2.',
    ].join('\n'),
  );
});
