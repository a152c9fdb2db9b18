import { describe, expect, test } from 'vitest';
import { asksForAudit, parseAuditEvent } from '../../../../functions/request/audit-request.ts';
import { parseReplayEvent, type ReplayRequest } from '../../../../functions/request/replay-request.ts';
import { eventFixture, replayEventNames } from '../../../support/events.ts';

function asked(event: object): ReplayRequest {
  return parseReplayEvent(event) as ReplayRequest;
}

describe('the event', () => {
  test('that says nothing asks for whatever is missing', () => {
    expect(asked({})).toEqual({ prefix: '', only: 'missing', dryRun: false, reconcile: false });
  });

  test.each([
    [{ prefx: 'a' }, 'field "prefx" is not known', '"prefx":"a"'],
    [{ prefx: 'a' }, 'did you mean "prefix"?', '"prefx":"a"'],
    [{ form: 'dead-letter-queue' }, 'field "form" is not known; did you mean "from"?', '"form"'],
    [{ prefix: 7 }, 'field "prefix": must be a text; it is 7', '"prefix":7'],
    [{ prefix: `a${String.fromCharCode(0xdc00)}` }, 'field "prefix": has half a character', '"a\\udc00"'],
    [{ prefix: 'é'.repeat(513) }, 'field "prefix": must have 1024 bytes at most', '"éé'],
    [[], 'Expected { "prefix"?', 'got []'],
    [null, 'Expected { "prefix"?', 'got null'],
    [{ only: 'new' }, 'field "only": must be "missing" or "all"', '"only":"new"'],
    [{ dryRun: 'yes' }, 'field "dryRun": must be true or false', '"dryRun":"yes"'],
    [{ since: 'yesterday' }, 'field "since": must be a day or a time of ISO 8601', '"since":"yesterday"'],
    [{ since: '2026-01-15T09:30:00' }, 'field "since": must be a day or a time of ISO 8601 with its zone', '09:30:00'],
    [{ until: '2026-13-01' }, 'field "until": must be a day', '2026-13-01'],
    [{ until: '2026-02-30' }, 'field "until": must be a day', '2026-02-30'],
    [{ since: '2026-04-31T01:00Z' }, 'field "since": must be a day', '2026-04-31'],
    [{ since: '2026-01-02', until: '2026-01-01' }, 'field "until": must be later than "since"', '2026-01-02'],
    [{ objectsPerSecond: -1 }, 'field "objectsPerSecond": must be 0.01 at least', '"objectsPerSecond":-1'],
    [{ newerThanHours: 0 }, 'field "newerThanHours": must be above 0', '"newerThanHours":0'],
    [{ newerThanHours: 1, since: '2026-01-01' }, 'field "newerThanHours": say either this or "since"', '2026-01-01'],
    [{ route: '' }, 'field "route": must not be empty', '"route":""'],
    [{ from: 'queue' }, 'field "from": must be "dead-letter-queue"', '"from":"queue"'],
    [{ from: 'dead-letter-queue', dryRun: true }, 'field "dryRun" is not known', '"dryRun":true'],
    ['all', 'Expected { "prefix"?', 'got "all"'],
  ])('%j is refused by the field and what stands there', (event, sentence, value) => {
    const parse = () => parseReplayEvent(event);
    expect(parse).toThrow(expect.objectContaining({ code: 'BadEvent', retryable: false }));
    expect(parse).toThrow(sentence);
    expect(parse).toThrow(value);
  });

  test('each fixture is taken, but for the misspelt one', () => {
    for (const name of replayEventNames()) {
      const event = eventFixture(name);
      const parse = () => (asksForAudit(event) ? parseAuditEvent(event) : parseReplayEvent(event));
      if (name === 'replay-misspelt') expect(parse).toThrow('field "prefx" is not known');
      else expect(parse).not.toThrow();
    }
  });
});
