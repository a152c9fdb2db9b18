/** README.md lists exactly the operations and the types of resources that are there, and its arrows hold. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resourceTypes } from '../resource-types.ts';
import { byScope, ROOT } from './all-services.ts';

const page = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the operations are those that each service has', () => {
  const rows = [...page.matchAll(/^\| [\w ]+ \| `(\w+)` \| (.+) \|$/gm)];
  const listed = Object.fromEntries(rows.map(([, scope, names]) => [scope, names!.split(', ')]));
  const served = Object.entries(byScope).map(([scope, { operations }]) => [scope, [...operations].sort()]);
  expect(listed).toEqual(Object.fromEntries(served));
});

test('the types of resources are those that templates may name', () => {
  expect([...page.matchAll(/AWS::\w+::\w+/g)].map(([type]) => type).sort()).toEqual(Object.keys(resourceTypes).sort());
});

describe('an import goes only where the arrows of README.md point', () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(test|node_modules)\//.test(file))
    .map((file) => normalize(file));
  const below: Record<string, readonly string[]> = {
    core: [],
    keeping: ['core'],
    protocols: ['core'],
    authorization: ['core'],
    http: ['authorization', 'protocols', 'core'],
    templates: ['authorization', 'protocols', 'core'],
    services: ['templates', 'authorization', 'protocols', 'core'],
    faults: ['services', 'http', 'templates', 'authorization', 'protocols', 'core'],
  };
  /** Its folder; for a service the service's own. */
  const roomOf = (file: string) =>
    file
      .split('/')
      .slice(0, file.startsWith('services/') ? 2 : 1)
      .join('/');
  const inRooms = files.filter((file) => file.includes('/'));

  test.each(inRooms)('%s', (file) => {
    const room = roomOf(file);
    const text = readFileSync(join(ROOT, file), 'utf8');
    const imported = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) => join(dirname(file), path!));
    const wrong = imported.filter((target) => {
      const allowed = below[room.split('/')[0]!]!;
      return roomOf(target) !== room && !allowed.includes(roomOf(target).split('/')[0]!);
    });
    expect(wrong).toEqual([]);
  });
});
