/** The line that says how far `npm start` is. */
import { PassThrough } from 'node:stream';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { fitting, showProgress, TerminalLine } from '../../../../local/start/progress.ts';
import { type Counts, Tally } from '../../../../local/start/tally.ts';
import { aPlannedDelivery } from '../../../support/deliveries.ts';

const GIB = 1024 ** 3;

const stage = (bytes: number, totalBytes = 8 * GIB, bytesPerSecond?: number, secondsLeft?: number) => ({
  bytes,
  totalBytes,
  bytesPerSecond,
  secondsLeft,
});

const HALFWAY: Counts = {
  uploaded: stage(5.25 * GIB, 8 * GIB, 95 * 1024 ** 2, 30),
  relayed: stage(1.5 * GIB, 8 * GIB, 60.5 * 1024 ** 2, 5000),
  delivered: 3,
  failed: 0,
  total: 2000,
};

test.each([
  [
    140,
    'uploaded 5.3 GiB of 8 GiB at 95 MiB/s, 0:30 left; relayed 1.5 GiB of 8 GiB at 60.5 MiB/s, 1:23:20 left; 3 of 2,000 delivered',
  ],
  [80, 'up 5.3/8 GiB 95 MiB/s 0:30, relayed 1.5/8 GiB 60.5 MiB/s 1:23:20, 3/2000'],
  [60, 'up 65% 95 MiB/s 0:30, relayed 18% 60.5 MiB/s 1:23:20, 3/2000'],
  [59, 'up 65% 95 MiB/s 0:30, relayed 18% 60.5 MiB/s 1:23:20'],
  [30, 'up 65%, relayed 18%'],
  [8, 'up 65%, '],
])('in %i columns it says as much as fits', (width, line) => expect(fitting(HALFWAY, width)).toBe(line));

const largest = 1023.9 * 1024 ** 4;
const states = [
  stage(0),
  stage(0, 0, undefined, 0),
  stage(8 * GIB, 8 * GIB, 1, 0),
  stage(largest - 1, largest, 1023.9 * GIB, 9_999_999),
];

test('it never is wider than it may be', () => {
  for (const uploaded of states) {
    for (const relayed of states) {
      for (let width = 1; width < 200; width++) {
        const line = fitting({ uploaded, relayed, delivered: 99_999, failed: 99_999, total: 100_000 }, width);
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  }
});

describe('on a terminal', () => {
  function aTerminal(columns: number) {
    const out = Object.assign(new PassThrough(), { isTTY: true, columns });
    return { out, line: new TerminalLine(out as never), written: () => String(out.read() ?? '') };
  }

  test('the line is drawn in its place, and wiped at the end', () => {
    const { line, written } = aTerminal(61);
    line.draw(HALFWAY);
    expect(written()).toBe('\rup 65% 95 MiB/s 0:30, relayed 18% 60.5 MiB/s 1:23:20, 3/2000\u001b[K');
    line.draw(HALFWAY);
    expect(written()).toMatch(/^\r[^\n]*$/);
    line.clear();
    expect(written()).toBe('\r\u001b[J');
    line.clear();
    expect(written()).toBe('');
  });

  test('when the terminal becomes narrower, what it has broken is wiped', () => {
    const { out, line, written } = aTerminal(81);
    line.draw(HALFWAY);
    written();
    out.columns = 30;
    line.draw(HALFWAY);
    // 73 columns have become three rows.
    expect(written()).toBe('\r\u001b[2A\u001b[Jup 65%, relayed 18%\u001b[K');
  });

  test('a terminal that says nothing of its width has 80 columns', () => {
    const { line, written } = aTerminal(0);
    line.draw(HALFWAY);
    expect(written()).toContain('up 5.3/8 GiB');
  });

  test('nothing is drawn after an interruption', () => {
    const { out, written } = aTerminal(80);
    const interruption = new AbortController();
    const { done } = showProgress(out as never, new Tally([aPlannedDelivery()]), interruption.signal);
    interruption.abort();
    done();
    expect(written()).toBe('');
  });
});
