import { describe, expect, test } from 'vitest';
import { checkReadConditions, checkWriteConditions } from '../../../../services/s3/conditional.ts';
import type { ObjectVersion } from '../../../../services/s3/state/model.ts';

describe('conditions', () => {
  const object = { eTag: 'abc', lastModified: new Date('2026-01-02T03:04:05.678Z') } as ObjectVersion;
  const same = 'Fri, 02 Jan 2026 03:04:05 GMT';
  const before = 'Fri, 02 Jan 2026 03:04:04 GMT';

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
  ])('reading with %j', (headers, expected) => {
    const check = () => checkReadConditions(new Map(Object.entries(headers)), object);
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
    const check = () => checkWriteConditions(new Map(Object.entries(headers)), 'key', current);
    if (code === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code }));
  });
});
