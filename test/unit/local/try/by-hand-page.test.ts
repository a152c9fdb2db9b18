/** What `npm run try -- by-hand` reads from docs/by-hand.md; the page itself is typed by test/acceptance/scenarios/by-hand.test.ts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waysByHand } from '../../../../local/try/by-hand-page.ts';
import { REPOSITORY } from '../../../support/aws-cli.ts';

test('there are five ways, numbered', () => {
  expect(waysByHand().map(({ title }) => title[0])).toEqual(['1', '2', '3', '4', '5']);
});

test.each(waysByHand())('$title is set up from templates that are there, with somebody’s keys, and is used', (way) => {
  const templates = way.setUp.flatMap((step) => ('deploy' in step ? [step] : []));
  expect(templates.map(({ profile }) => profile).toSorted()).toEqual(['a', 'b']);
  for (const { deploy } of templates) {
    expect(existsSync(join(REPOSITORY, 'test/acceptance/scenarios', `${deploy}.json`))).toBe(true);
  }
  expect(way.setUp.filter((step) => 'keysOf' in step)).toHaveLength(1);
  expect(way.used.join('\n')).toContain('# ✗');
});

test('settings of several blocks are all there', () => {
  expect(waysByHand().map(({ settings }) => settings.match(/^\[profile \S+\]/gm)?.length ?? 0)).toEqual([
    1, 4, 3, 2, 0,
  ]);
});
