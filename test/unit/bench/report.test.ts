import { describe, expect, test } from 'vitest';
import { median } from '../../../bench/median.ts';
import { HELP, parseOptions, SECTIONS } from '../../../bench/options.ts';
import { growthPlot } from '../../../bench/plot.ts';
import { dollarsPerMillionSmall, dollarsPerTb } from '../../../bench/price.ts';
import { formatResults } from '../../../bench/report.ts';
import { withSections } from '../../../bench/results-file.ts';
import { SOURCE_KINDS } from '../../../bench/sources.ts';
import { UserError } from '../../../cli/terminal/user-error.ts';

test.each([
  [[3], 3],
  [[1, 9], 5],
  [[9, 1, 5], 5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

describe('npm run bench --', () => {
  test('has defaults', () => {
    expect(parseOptions([])).toEqual({ rounds: 5, sections: SECTIONS, json: undefined, write: false });
  });

  test('measures the cost of each proof alone', () => {
    expect(parseOptions(['--only', 'proof', '--rounds', '3'])).toMatchObject({ rounds: 3, sections: ['proof'] });
    expect(HELP).toContain('large, small, proof, start, growth');
  });

  test.each([
    [['--rounds', '0'], '--rounds is "0": it must be a whole number from 1.'],
    [['--only', 'large,medium'], '--only has "medium": the sections are large, small, proof, start, growth.'],
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
  const row = { rate: 100, peakRssMib: 150, startCpuSeconds: 0.2, cpuRange: [1, 6] as [number, number] };
  const large = [
    { ...row, name: 'relay', cpu: 2 },
    { ...row, name: 'rclone', cpu: 5 },
  ];
  const text = formatResults({ rounds: 5, load: { before: 0.3, after: 2.1 }, large });
  expect(text).toContain('| relay | 2.00 | 1.00 × |');
  expect(text).toContain('| rclone | 5.00 | 2.50 × |');
  expect(text).not.toContain('Cold start');
});

test('each proof is told with its spread, and as a multiple of the first', () => {
  const result = (name: string, cpu: number, cpuRange: [number, number]) => {
    return { name, cpu, cpuRange, rate: 100, peakRssMib: 150, startCpuSeconds: 0.2 };
  };
  const proof = SOURCE_KINDS.slice(0, 2).map((kind, index) => ({
    kind,
    large: result(kind.name, 2 + index, [1.5 + index, 2.5 + index]),
    small: result(kind.name, 4 + index, [3.5 + index, 4.5 + index]),
  }));
  const text = formatResults({ rounds: 3, load: { before: 0.3, after: 2.1 }, proof });
  expect(text).toContain('load 0.3 before the bench, 2.1 after it. Medians of 3 interleaved runs.');
  expect(text).toContain(
    '| composite CRC32 | `sourceParts` | 3.00 | 2.50 to 3.50 | 1.50 × | 0.066 | 5.00 | 4.50 to 5.50 | 1.25 × |',
  );
});

test('a part of the results that is measured anew leaves the others as they were', () => {
  const file = '# Old\n\nWords.\n\n## One object of 1 GiB\n\nold\n\n## Prices\n\nold\n\n## Gone\n\nold\n';
  const written = withSections(file, '## What each proof costs\n\nnew\n\n## Prices\n\nnew');
  expect(written).toMatch(/^# What it costs to move bytes\n/);
  expect(written.slice(written.indexOf('## '))).toBe(
    '## One object of 1 GiB\n\nold\n\n## What each proof costs\n\nnew\n\n## Prices\n\nnew\n',
  );
  expect(withSections(written, '')).toBe(written);
});

test('the plot shows each point of both curves', () => {
  const points = [
    { x: 1000, cpuSeconds: 0.3, peakRssMib: 100 },
    { x: 1e9, cpuSeconds: 2, peakRssMib: 150 },
  ];
  const svg = growthPlot({ bySize: points, byCount: points });
  // A circle is a path of two arcs.
  expect(svg.match(/<path d="M1 0A1 1/g)).toHaveLength(8);
  expect(svg).toContain('>1 GB<');
  expect(svg).toContain('>CPU, seconds<');
  expect(svg).toContain('<title>');
  expect(svg).not.toMatch(/<script|href=|<image|@import/);
});
