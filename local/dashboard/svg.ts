/** Draws a dashboard as one SVG without scripts or fonts, for the documentation. */
import type { AlarmState } from '../../emulator/index.ts';
import { formatBytes } from '../start/text.ts';
import type { AlarmsWidget, GraphWidget, Point, Widget } from './widgets.ts';

export interface Picture {
  title: string;
  /** Lines beneath the title. */
  subtitle: string[];
  widgets: Widget[];
  states: Record<string, AlarmState>;
  points: (line: GraphWidget['lines'][number]) => Point[];
  /** How much time the graphs show. */
  seconds: number;
}

const COLUMN_PX = 50;
const ROW_PX = 40;
const HEADER_PX = 44;
const SUBTITLE_PX = 16;
const GAP_PX = 8;
/** Most colour-blind people can tell these colours apart (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const STATE_COLOURS: Record<AlarmState, string> = { OK: '#1d8102', ALARM: '#d13212', INSUFFICIENT_DATA: '#687078' };
const INK = '#16191f';
const FAINT = '#687078';
const FONT = 'font-family="Helvetica, Arial, sans-serif"';

export function drawDashboard(picture: Picture): string {
  const { title, subtitle, widgets } = picture;
  const width = Math.max(...widgets.map((widget) => widget.x + widget.width)) * COLUMN_PX;
  const header = HEADER_PX + subtitle.length * SUBTITLE_PX;
  const height = header + Math.max(...widgets.map((widget) => widget.y + widget.height)) * ROW_PX + GAP_PX;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${FONT} role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#f2f3f3"/>`,
    text(GAP_PX * 2, 28, title, { size: 20, weight: 'bold' }),
    ...subtitle.map((line, index) => text(GAP_PX * 2, 48 + index * SUBTITLE_PX, line, { size: 12, fill: FAINT })),
    ...widgets.map((widget) => drawWidget(widget, picture, header)),
    '</svg>',
    '',
  ].join('\n');
}

function drawWidget(widget: Widget, picture: Picture, header: number): string {
  const width = widget.width * COLUMN_PX - GAP_PX;
  const height = widget.height * ROW_PX - GAP_PX;
  const left = widget.x * COLUMN_PX + GAP_PX / 2;
  const top = header + widget.y * ROW_PX + GAP_PX / 2;
  const content =
    widget.kind === 'alarms' ? drawAlarms(widget, picture, width) : drawGraph(widget, picture, width, height);
  return [
    `<g transform="translate(${left} ${top})">`,
    `<rect width="${width}" height="${height}" rx="3" fill="#ffffff" stroke="#d5dbdb"/>`,
    text(12, 20, widget.title, { size: 13, weight: 'bold' }),
    ...content,
    '</g>',
  ].join('\n');
}

/** One chip an alarm, and so many in a line. */
const CHIPS = 8;

function drawAlarms({ alarms }: AlarmsWidget, { states }: Picture, width: number): string[] {
  const chip = (width - 16) / CHIPS;
  return alarms.flatMap((arn, index) => {
    const name = arn.split(':alarm:')[1] ?? arn;
    const state = states[name] ?? 'INSUFFICIENT_DATA';
    const left = round(12 + (index % CHIPS) * chip);
    const top = 30 + Math.floor(index / CHIPS) * ROW_PX;
    return [
      `<rect x="${left}" y="${top}" width="${round(chip - 8)}" height="32" rx="3" fill="${STATE_COLOURS[state]}"/>`,
      text(left + 8, top + 14, name.replace(/^upload-relay-/, ''), { size: 12, fill: '#ffffff', weight: 'bold' }),
      text(left + 8, top + 27, state === 'ALARM' ? 'In alarm' : state, { size: 10, fill: '#ffffff' }),
    ];
  });
}

function drawGraph(widget: GraphWidget, { points, seconds }: Picture, width: number, height: number): string[] {
  const lines = widget.lines.map((line) => ({ label: line.label, points: points(line) }));
  const area = { left: 52, top: 34, right: width - 14, bottom: height - 44 };
  const isBytes = widget.title === 'Bytes';
  const ticks = niceTicks(Math.max(0, ...lines.flatMap((line) => line.points.map(({ value }) => value))), isBytes);
  const top = ticks.at(-1)!;
  const atX = (second: number) => round(area.left + (second / seconds) * (area.right - area.left));
  const atY = (value: number) => round(area.bottom - (value / top) * (area.bottom - area.top));
  return [
    ...ticks.flatMap((tick) => [
      `<path d="M${area.left} ${atY(tick)}H${area.right}" stroke="#eaeded"/>`,
      text(area.left - 6, atY(tick) + 4, isBytes ? formatBytes(tick) : numberText(tick), {
        size: 10,
        fill: FAINT,
        anchor: 'end',
      }),
    ]),
    ...[0, seconds / 3, (2 * seconds) / 3, seconds].map((second) =>
      text(atX(second), area.bottom + 14, `${Math.round(second)} s`, { size: 10, fill: FAINT, anchor: 'middle' }),
    ),
    ...widget.marks.map(
      ({ value }) => `<path d="M${area.left} ${atY(value)}H${area.right}" stroke="${FAINT}" stroke-dasharray="6 4"/>`,
    ),
    ...lines.flatMap((line, index) => drawLine(line.points, COLOURS[index % COLOURS.length]!, atX, atY)),
    ...(lines.every((line) => line.points.length === 0)
      ? [
          text((area.left + area.right) / 2, (area.top + area.bottom) / 2, 'no data', {
            size: 12,
            fill: FAINT,
            anchor: 'middle',
          }),
        ]
      : []),
    ...drawLegend(
      [...lines, ...widget.marks].map(({ label }) => label),
      height - 12,
    ),
  ];
}

function drawLine(
  points: Point[],
  colour: string,
  atX: (second: number) => number,
  atY: (value: number) => number,
): string[] {
  if (points.length === 0) return [];
  const places = points.map(({ second, value }) => `${atX(second)},${atY(value)}`);
  const dots = points.map(
    ({ second, value }) => `<circle cx="${atX(second)}" cy="${atY(value)}" r="1.8" fill="${colour}"/>`,
  );
  return [`<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.6"/>`, dots.join('')];
}

function drawLegend(labels: string[], y: number): string[] {
  let x = 14;
  return labels.flatMap((label, index) => {
    const left = x;
    // An average letter at this size is 5.6 pixels wide.
    x += 26 + label.length * 5.6;
    return [
      `<rect x="${round(left)}" y="${y - 8}" width="9" height="9" fill="${COLOURS[index % COLOURS.length]}"/>`,
      text(round(left) + 13, y, label, { size: 11 }),
    ];
  });
}

/** 0 and three or four round numbers above it. The last one is not below the highest value. */
export function niceTicks(most: number, isBytes = false): number[] {
  const unit = isBytes ? 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, most)) / 10)) : 1;
  const rough = Math.max(most / unit, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
  const count = Math.ceil(Math.max(most / unit, 1) / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)) * unit);
}

function numberText(value: number): string {
  if (value >= 10_000) return `${Number((value / 1000).toPrecision(3))}k`;
  return String(Number(value.toPrecision(4)));
}

interface TextStyle {
  size: number;
  fill?: string;
  weight?: 'bold';
  anchor?: 'middle' | 'end';
}

function text(x: number, y: number, content: string, { size, fill = INK, weight, anchor }: TextStyle): string {
  const attributes = [
    `x="${x}" y="${y}" font-size="${size}" fill="${fill}"`,
    ...(weight ? [`font-weight="${weight}"`] : []),
    ...(anchor ? [`text-anchor="${anchor}"`] : []),
  ];
  return `<text ${attributes.join(' ')}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
