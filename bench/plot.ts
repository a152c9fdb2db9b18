import type { Growth, GrowthPoint } from './growth.ts';

const WIDTH = 420;
const HEIGHT = 260;
const MARGIN = { left: 60, right: 60, top: 40, bottom: 46 };

/** Two panels: one object of growing size, and more and more objects at once. CPU on the left axis, by powers of ten; memory on the right. */
export function growthPlot({ bySize, byCount }: Growth): string {
  const panels = [
    panel(bySize, 'one object', 'bytes', sizeLabel),
    `<g transform="translate(${WIDTH} 0)">${panel(byCount, '5 MiB objects at once', 'objects', String)}</g>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH * 2} ${HEIGHT}" font-family="sans-serif" font-size="11">
<title>CPU time and peak memory by the size of an object, and by how many travel at once</title>
<rect width="100%" height="100%" fill="white"/>
${panels.join('\n')}
</svg>
`;
}

function panel(points: GrowthPoint[], title: string, unit: string, label: (x: number) => string): string {
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const xs = points.map(({ x }) => Math.log10(x));
  const least = Math.min(...xs);
  const span = Math.max(...xs) - least || 1;
  const across = (x: number) => MARGIN.left + ((Math.log10(x) - least) / span) * (right - MARGIN.left);
  // CPU time grows as the bytes do, over powers of ten; memory hardly does.
  const decades = points.map(({ cpuSeconds }) => Math.log10(cpuSeconds));
  const leastDecade = Math.floor(Math.min(...decades));
  const mostDecade = Math.max(leastDecade + 1, Math.ceil(Math.max(...decades)));
  const cpuShare = ({ cpuSeconds }: GrowthPoint) => (Math.log10(cpuSeconds) - leastDecade) / (mostDecade - leastDecade);
  const mostRss = niceAbove(Math.max(...points.map(({ peakRssMib }) => peakRssMib)));
  const line = (shareOf: (point: GrowthPoint) => number, colour: string) => {
    const up = (point: GrowthPoint) => bottom - shareOf(point) * (bottom - MARGIN.top);
    const path = points.map((point) => `${across(point.x).toFixed(1)},${up(point).toFixed(1)}`);
    const dots = path.map((at) => `<circle cx="${at.replace(',', '" cy="')}" r="3" fill="${colour}"/>`);
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path.join(' ')}"/>${dots.join('')}`;
  };
  const ticks = points.map(
    ({ x }) => `<text x="${across(x).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${label(x)}</text>`,
  );
  return [
    `<text x="${WIDTH / 2}" y="18" text-anchor="middle" font-size="13">${title}</text>`,
    `<path d="M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}V${MARGIN.top}" fill="none" stroke="#888"/>`,
    ...ticks,
    `<text x="${WIDTH / 2}" y="${bottom + 34}" text-anchor="middle">${unit}</text>`,
    `<text x="${MARGIN.left - 6}" y="${MARGIN.top + 4}" text-anchor="end" fill="#b40">${10 ** mostDecade} CPU-s</text>`,
    `<text x="${MARGIN.left - 6}" y="${bottom + 4}" text-anchor="end" fill="#b40">${10 ** leastDecade}</text>`,
    `<text x="${right + 6}" y="${MARGIN.top + 4}" fill="#06c">${mostRss} MiB</text>`,
    `<text x="${right + 6}" y="${bottom + 4}" fill="#06c">0</text>`,
    line(cpuShare, '#b40'),
    line(({ peakRssMib }) => peakRssMib / mostRss, '#06c'),
  ].join('\n');
}

/** The next of 1, 2, 5, 10, … */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((nice) => nice >= value)!;
}

function sizeLabel(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const index = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Math.round(bytes / 1000 ** index)} ${units[index]}`;
}
