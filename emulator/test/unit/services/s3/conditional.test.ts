import { describe, expect, test } from 'vitest';
import { checkReadConditions, checkWriteConditions } from '../../../../services/s3/conditional.ts';
import type { ObjectVersion } from '../../../../services/s3/state/model.ts';

describe('conditions', () => {
  const object = { eTag: 'abc', lastModified: new Date('2026-01-02T03:04:05.678Z') } as ObjectVersion;
  const same = 'Fri, 02 Jan 2026 03:04:05 GMT';
  const before = 'Fri, 02 Jan 2026 03:04:04 GMT';
  const NOW = Date.parse('2026-01-02T03:05:00Z');
  const future = 'Fri, 02 Jan 2026 03:05:01 GMT';

  test.each([
    [{}, 'send'],
    [{ 'if-match': '"abc"' }, 'send'],
    [{ 'if-match': 'abc' }, 'send'],
    [{ 'if-match': '"x", "abc"' }, 'send'],
    [{ 'if-match': '*' }, 'send'],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-match': '"abc"', 'if-unmodified-since': before }, 'send'],
    [{ 'if-unmodified-since': before }, 412],
    [{ 'if-unmodified-since': same }, 'send'],
    [{ 'if-unmodified-since': 'yesterday or so' }, 'send'],
    [{ 'if-none-match': '"abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x"' }, 'send'],
    [{ 'if-none-match': '"x"', 'if-modified-since': same }, 'send'],
    [{ 'if-modified-since': same }, 'not-modified'],
    [{ 'if-modified-since': before }, 'send'],
    [{ 'if-modified-since': future }, 'send'],
    [{ 'if-unmodified-since': future }, 'send'],
    [{ 'if-modified-since': future, 'if-none-match': '"abc"' }, 'not-modified'],
  ])('reading with %j', (headers, expected) => {
    const check = () => checkReadConditions(new Map(Object.entries(headers)), object, NOW);
    if (expected === 412) expect(check).toThrow(expect.objectContaining({ code: 'PreconditionFailed' }));
    else expect(check()).toBe(expected);
  });

  test.each([
    [{ 'if-none-match': '*' }, undefined, undefined],
    [{ 'if-none-match': '*' }, object, 'PreconditionFailed'],
    [{ 'if-none-match': '"abc"' }, object, 'NotImplemented'],
    [{ 'if-match': '"abc"' }, object, undefined],
    [{ 'if-match': '"x"' }, object, 'PreconditionFailed'],
    [{ 'if-match': '"abc"' }, undefined, 'NoSuchKey'],
    [{ 'if-match': '"abc"', 'if-none-match': '*' }, object, 'NotImplemented'],
    [{ 'if-modified-since': same }, object, 'NotImplemented'],
  ])('writing with %j over %o: %s', (headers, current, code) => {
    const check = () => checkWriteConditions(new Map(Object.entries(headers)), 'key', current, false);
    if (code === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code }));
  });

  // As recorded from AWS in LocalStack's TestS3ObjectWritePrecondition.
  test.each([
    [{ 'if-none-match': '*' }, undefined, 'ConditionalRequestConflict'],
    [{ 'if-none-match': '*' }, object, 'PreconditionFailed'],
    [{ 'if-match': '"abc"' }, object, 'ConditionalRequestConflict'],
    [{ 'if-match': '"x"' }, object, 'PreconditionFailed'],
    [{ 'if-match': '"abc"' }, undefined, 'NoSuchKey'],
    [{}, object, undefined],
  ])('writing with %j over %o, when another request has come in between: %s', (headers, current, code) => {
    const check = () => checkWriteConditions(new Map(Object.entries(headers)), 'key', current, true);
    if (code === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code }));
  });
});
