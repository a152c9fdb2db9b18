import { describe, expect, test } from 'vitest';
import { asksForAudit, NO_LINES, parseAuditEvent } from '../../../../functions/request/audit-request.ts';
import { eventFixture } from '../../../support/events.ts';

describe('the event', () => {
  test('is told from others of replay by its one field', () => {
    expect(asksForAudit({ audit: {} })).toBe(true);
    expect(asksForAudit({ prefix: 'audit' })).toBe(false);
    expect(asksForAudit(null)).toBe(false);
  });

  test('that says nothing asks about everything', () => {
    expect(parseAuditEvent({ audit: {} })).toEqual({ prefix: '', defuseFormulas: false });
  });

  test('the fixture is taken', () => {
    expect(parseAuditEvent(eventFixture('replay-audit'))).toMatchObject({ prefix: 'invoices/', defuseFormulas: true });
  });

  test('where an earlier execution stopped passes the door', () => {
    const report = { id: 'id', startedAt: '2026-01-15T09:30:00.000Z' };
    const open = [{ name: 'a', lines: 1, bytes: 2, hasFindings: false }];
    const goOn = { report, state: { startAfter: 'k', parts: 1, open, totals: NO_LINES } };
    expect(parseAuditEvent({ audit: { goOn } }).goOn).toEqual(goOn);
  });

  test.each([
    [{ audit: true }, 'field "audit": must be an object; it is true', '"audit":true'],
    [{ audit: null }, 'field "audit": must be an object; it is null', '"audit":null'],
    [{ audit: { prefx: 'a' } }, 'did you mean "prefix"?', '"prefx":"a"'],
    [{ audit: {}, prefix: 'a' }, 'field "prefix" is not known', '"prefix":"a"'],
    [{ audit: { prefx: 'a' } }, 'field "audit.prefx" is not known', '"prefx":"a"'],
    [{ audit: { prefix: 7 } }, 'field "audit.prefix": must be a text', '"prefix":7'],
    [{ audit: { since: 'yesterday' } }, 'field "audit.since": must be a day or a time of ISO 8601', 'yesterday'],
    [
      { audit: { since: '2026-01-02', until: '2026-01-01' } },
      'field "audit.until": must be later than "since"',
      '01-02',
    ],
    [{ audit: { defuseFormulas: 'yes' } }, 'field "audit.defuseFormulas": must be true or false', '"yes"'],
    [{ audit: { route: '' } }, 'field "audit.route": must not be empty', '"route":""'],
  ])('%j is refused by the field and what stands there', (event, sentence, value) => {
    const parse = () => parseAuditEvent(event);
    expect(parse).toThrow(expect.objectContaining({ code: 'BadEvent', retryable: false }));
    expect(parse).toThrow(sentence);
    expect(parse).toThrow(value);
  });
});
