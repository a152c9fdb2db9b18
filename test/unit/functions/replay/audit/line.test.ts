import { expect, test } from 'vitest';
import { FIELDS, HEADER, lineOf } from '../../../../../functions/replay/audit/line.ts';
import { aRoute } from '../../../../support/relay.ts';

const OBJECT = {
  key: '=1, "2"',
  eTag: '"etag"',
  sizeBytes: 7,
  lastModified: new Date('2026-01-15T09:30:00Z'),
  isArchived: false,
};
const SUBJECT = { object: OBJECT, route: aRoute(), sourceBucket: 'uploads', receipt: undefined };

test('each field has its cell, in the order of the header', () => {
  expect(HEADER).toBe(`${FIELDS.join(',')}\r\n`);
  const { row } = lineOf(SUBJECT, false);
  expect(row).toBe(
    'main,"=1, ""2""",,7,etag,2026-01-15T09:30:00.000Z,missing,there is no receipt,,,,,222222222222,destination,"in/=1, ""2""",,,,,,\r\n',
  );
});

test('formulas are defused where that is asked for', () => {
  expect(lineOf(SUBJECT, true).row).toContain('main,"\'=1, ""2"""');
});

test('whatever is not delivered is a finding, with the key as it is', () => {
  expect(lineOf(SUBJECT, true).finding).toEqual({
    status: 'missing',
    route: 'main',
    key: OBJECT.key,
    sizeBytes: 7,
    reason: 'there is no receipt',
  });
});
