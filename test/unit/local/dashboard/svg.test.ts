import { readFileSync } from 'node:fs';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { MetricStore } from '../../../../emulator/index.ts';
import { drawDashboard, niceTicks } from '../../../../local/dashboard/svg.ts';
import { pointsOf, type Widget, widgetsOf } from '../../../../local/dashboard/widgets.ts';

const ACCOUNT = '111111111111';
const BODY = {
  widgets: [
    {
      type: 'alarm',
      ...{ x: 0, y: 0, width: 24, height: 2 },
      properties: { title: 'Alarms', alarms: [`arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:upload-relay-errors`] },
    },
    {
      type: 'metric',
      ...{ x: 0, y: 2, width: 8, height: 6 },
      properties: {
        view: 'timeSeries',
        title: 'Objects & more',
        region: 'us-east-1',
        metrics: [['N', 'M', 'route', 'main', { label: 'delivered <b>', stat: 'Sum' }]],
        yAxis: {},
        annotations: { horizontal: [{ value: 5, label: 'objective', yAxis: 'left' }] },
      },
    },
  ],
};

function picture(widgets: Widget[], metrics: MetricStore) {
  const span = { from: 1000, to: 11_000, bucketSeconds: 2 };
  return drawDashboard({
    title: 'T',
    subtitle: ['one', 'two'],
    widgets,
    states: { 'upload-relay-errors': 'ALARM' },
    points: (line) => pointsOf(metrics, line, span),
    seconds: 10,
  });
}

describe('a picture of a dashboard', () => {
  const widgets = widgetsOf(BODY, ACCOUNT);
  const metrics = new MetricStore();
  const metric = { account: ACCOUNT, region: 'us-east-1', namespace: 'N', name: 'M', dimensions: { route: 'main' } };
  metrics.put({ ...metric, unit: 'Count', time: 1500, values: [3] });
  metrics.put({ ...metric, unit: 'Count', time: 2500, values: [4] });
  metrics.put({ ...metric, unit: 'Count', time: 9000, values: [10] });
  const svg = picture(widgets, metrics);

  test('has a point for each period with samples, at its height', () => {
    const line = widgets[1]!.kind === 'graph' ? widgets[1]!.lines[0]! : undefined;
    expect(pointsOf(metrics, line!, { from: 1000, to: 11_000, bucketSeconds: 2 })).toEqual([
      { second: 1, value: 7 },
      { second: 9, value: 10 },
    ]);
    expect(svg.match(/<circle /g)).toHaveLength(2);
    expect(svg).not.toContain('no data');
  });

  test('says so where there is nothing to show', () =>
    expect(picture(widgets, new MetricStore())).toContain('no data'));

  test('marks an objective at its height', () => {
    const [, tenAt] = /<circle cx="[^"]+" cy="([^"]+)"[^>]*\/>(?![\s\S]*<circle)/.exec(svg)!;
    const [, zeroAt] = /<path d="M52 ([\d.]+)H/.exec(svg)!;
    const [, fiveAt] = /<path d="M52 ([\d.]+)H[\d.]+" stroke="[^"]+" stroke-dasharray/.exec(svg)!;
    expect(Number(fiveAt)).toBeCloseTo((Number(zeroAt) + Number(tenAt)) / 2, 0);
    expect(svg).toContain('>objective</text>');
  });

  test('has room for more alarms than fit into a line', () => {
    const alarms = Array.from({ length: 10 }, (_, index) => `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:a${index}`);
    const drawn = picture([{ kind: 'alarms', x: 0, y: 0, width: 24, height: 3, title: 'Alarms', alarms }], metrics);
    const places = [...drawn.matchAll(/<rect x="([\d.]+)" y="(\d+)" width="[\d.]+" height="32"/g)];
    expect(new Set(places.map(([, x, y]) => `${x} ${y}`)).size).toBe(10);
    for (const [, x, y] of places) expect([Number(x) < 1200, Number(y) + 32 <= 112]).toEqual([true, true]);
  });

  test('shows which alarm is on', () => expect(svg).toMatch(/>errors<[\s\S]*>In alarm</));

  test('is well-formed, whatever a label says', () => {
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).toContain('delivered &lt;b&gt;');
    expect(svg).toContain('Objects &amp; more');
  });

  test('a widget that it could not draw is refused', () => {
    expect(() =>
      widgetsOf({ widgets: [{ type: 'text', x: 0, y: 0, width: 1, height: 1, properties: {} }] }, ACCOUNT),
    ).toThrow();
  });
});

test.each([
  [0, false, [0, 0.25, 0.5, 0.75, 1]],
  [3, false, [0, 1, 2, 3]],
  [45, false, [0, 20, 40, 60]],
  [1024 ** 2 * 7, true, [0, 2, 4, 6, 8].map((each) => each * 1024 ** 2)],
])('an axis up to %s has round numbers', (most, isBytes, ticks) => expect(niceTicks(most, isBytes)).toEqual(ticks));

test('the picture in the documentation is well-formed and needs nothing from elsewhere', () => {
  const svg = readFileSync(new URL('../../../../docs/dashboard.svg', import.meta.url), 'utf8');
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(svg).not.toMatch(/<script|href|url\(|<image|@import/);
});
