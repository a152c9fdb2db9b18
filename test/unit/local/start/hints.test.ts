import { expect, test } from 'vitest';
import { formatHints } from '../../../../local/start/hints.ts';

test('npm start says how to fire each replay of cdk.json', () => {
  const side = { profile: 'a', account: '222222222222' };
  const paths = {
    url: 'https://127.0.0.1:1',
    shellFile: '/f',
    logFile: '/l',
    sourceBucket: 's',
    destinationBucket: 'd',
  };
  const hints = (schedules: string[]) =>
    formatHints({ ...paths, source: side, destination: side, functionName: 'f', schedules });
  expect(hints(['nightly', 'invoices'])).toContain('  npm run fire -- nightly\n  npm run fire -- invoices\n');
  expect(hints([])).not.toContain('fire');
});
