import { describe, expect, test } from 'vitest';
import { logLine } from '../../../../../services/lambda/runtime/console.ts';

describe('a printed line looks as on Lambda', () => {
  const context = { requestId: () => 'id-1' };
  test('as text', () => {
    expect(logLine({ ...context, json: false }, 'WARN', ['n=%d', 2])).toMatch(/^\d{4}-.*Z\tid-1\tWARN\tn=2\n$/);
  });
  test.each([
    [['n=%d', 2], { message: 'n=2' }],
    [[{ a: 1 }], { message: { a: 1 } }],
    [[new TypeError('no')], { errorType: 'TypeError', errorMessage: 'no' }],
  ])('as JSON: %j', (values, expected) => {
    const line = JSON.parse(logLine({ ...context, json: true }, 'INFO', values));
    expect(line).toMatchObject({ level: 'INFO', requestId: 'id-1', ...expected });
  });
});
