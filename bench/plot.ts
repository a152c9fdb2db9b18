/** Draws bench/growth.svg: CPU time and memory by the size of an object, and by how many objects one invocation relays. */
import { init } from 'echarts';
import type { Growth, GrowthPoint } from './growth.ts';

const WIDTH = 920;
const HEIGHT = 320;
const TITLE = 'CPU time and peak memory by the size of an object, and by how many are relayed at once';
const CPU = { name: 'CPU, seconds', color: '#b34700' };
const MEMORY = { name: 'peak memory, MiB', color: '#0066cc' };

/** Two panels. CPU time grows as the bytes do, over powers of ten; memory hardly does. */
export function growthPlot({ bySize, byCount }: Growth): string {
  const panels = [
    { points: bySize, title: 'One object', name: 'size', label: sizeLabel, left: 70, right: WIDTH / 2 + 60 },
    {
      points: byCount,
      title: 'Objects of 5 MiB at once',
      name: 'objects',
      label: String,
      left: WIDTH / 2 + 70,
      right: 60,
    },
  ];
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#fff',
      legend: { data: [CPU.name, MEMORY.name], bottom: 0, icon: 'rect' },
      title: panels.map(({ title, left }) => ({ text: title, left, top: 8, textStyle: { fontSize: 14 } })),
      grid: panels.map(({ left, right }) => ({ left, right, top: 66, bottom: 84 })),
      xAxis: panels.map(({ points, name, label }, gridIndex) => ({
        gridIndex,
        type: 'category',
        name,
        nameLocation: 'middle',
        nameGap: 30,
        data: points.map(({ x }) => label(x)),
      })),
      yAxis: panels.flatMap((_, gridIndex) => [
        { gridIndex, type: 'log', ...axis(CPU) },
        { gridIndex, type: 'value', ...axis(MEMORY), splitLine: { show: false } },
      ]),
      series: panels.flatMap(({ points }, index) => [
        line(CPU, index, 2 * index, points, ({ cpuSeconds }) => cpuSeconds),
        line(MEMORY, index, 2 * index + 1, points, ({ peakRssMib }) => peakRssMib),
      ]),
    });
    // The styles are for a mouse, which doesn't reach a picture in a page.
    const svg = chart.renderToSVGString().replace(/<style[\s\S]*<\/style>\n/, '');
    return `${svg.replace('\n', `\n<title>${TITLE}</title>\n`)}\n`;
  } finally {
    chart.dispose();
  }
}

function axis({ name, color }: typeof CPU) {
  return { name, nameTextStyle: { color }, axisLabel: { color } };
}

function line(
  { name, color }: typeof CPU,
  xAxisIndex: number,
  yAxisIndex: number,
  points: GrowthPoint[],
  heightOf: (point: GrowthPoint) => number,
) {
  return {
    type: 'line',
    name,
    color,
    xAxisIndex,
    yAxisIndex,
    symbol: 'circle',
    symbolSize: 6,
    data: points.map(heightOf),
  };
}

function sizeLabel(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const index = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Math.round(bytes / 1000 ** index)} ${units[index]}`;
}
