/** Replaces sections of bench/RESULTS.md. */
import { TITLES } from './report.ts';

export const RESULTS_FILE = 'bench/RESULTS.md';

const HEAD = `# What it costs to move bytes

\`npm run bench -- --write\` wrote this, each section when it was measured last. CPU is user and system time of the moving process alone,
less what its start takes; both accounts are another process on the same machine. Compare within a section: each is of one run.`;

/** The file with these sections in place of those of the same title; the others stay. Pure. */
export function withSections(file: string, measured: string): string {
  const sections = new Map([...sectionsOf(file), ...sectionsOf(measured)]);
  const texts = TITLES.flatMap((title) => sections.get(title) ?? []);
  return `${[HEAD, ...texts].join('\n\n')}\n`;
}

function sectionsOf(text: string): [title: string, section: string][] {
  return text
    .split(/^(?=## )/m)
    .filter((section) => section.startsWith('## '))
    .map((section) => [/^## (.*)$/m.exec(section)![1]!, section.trim()]);
}
