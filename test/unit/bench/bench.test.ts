import { describe, expect, test } from 'vitest';
import { median } from '../../../bench/median.ts';
import { parseOptions, SECTIONS } from '../../../bench/options.ts';
import { growthPlot } from '../../../bench/plot.ts';
import { dollarsPerMillionSmall, dollarsPerTb } from '../../../bench/price.ts';
import { formatResults } from '../../../bench/report.ts';
import { UserError } from '../../../local/start/user-error.ts';

test.each([
  [[3], 3],
  [[1, 9], 5],
  [[9, 1, 5], 5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

describe('npm run bench --', () => {
  test('has defaults', () => {
    expect(parseOptions([])).toEqual({ rounds: 5, sections: SECTIONS, json: undefined, write: false, help: false });
  });

  test.each([
    [['--rounds', '0'], '--rounds is "0": it must be a whole number from 1.'],
    [['--only', 'large,medium'], '--only has "medium": the sections are large, small, start, growth.'],
    [['--loud'], "Unknown option '--loud'. Try: npm run bench -- --help"],
  ])('%j is a mistake that is named', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UserError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});

test('a CPU second is sold as 1.769 GB-s', () => {
  expect(dollarsPerTb(1)).toBeCloseTo(931.32 * 1.769 * 0.0000133334, 4);
  expect(dollarsPerMillionSmall(1)).toEqual({ lambda: expect.closeTo(0.02359, 4), requests: expect.closeTo(6.3, 6) });
});

test('the relay stands first, and the others are told as multiples of it', () => {
  const row = { rate: 100, peakRssMib: 150, startCpuSeconds: 0.2 };
  const large = [
    { ...row, name: 'relay', cpu: 2 },
    { ...row, name: 'rclone', cpu: 5 },
  ];
  const text = formatResults({ rounds: 5, large });
  expect(text).toContain('| relay | 2.00 | 1.00 × |');
  expect(text).toContain('| rclone | 5.00 | 2.50 × |');
  expect(text).not.toContain('Cold start');
});

test('the plot shows each point of both curves', () => {
  const points = [
    { x: 1000, cpuSeconds: 0.3, peakRssMib: 100 },
    { x: 1e9, cpuSeconds: 2, peakRssMib: 150 },
  ];
  const svg = growthPlot({ bySize: points, byCount: points });
  expect(svg.match(/<circle/g)).toHaveLength(8);
  expect(svg).toContain('1 GB');
});
