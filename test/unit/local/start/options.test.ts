import { expect, test } from 'vitest';
import { parseOptions } from '../../../../local/start/options.ts';

test.each([
  [[], { paths: [], once: false, all: false, json: false, empty: false, port: 4567 }],
  [['--once'], { paths: [], once: true, all: false, json: false, empty: false, port: 0 }],
  [
    ['--once', '--port', '80', 'a', 'b'],
    { paths: ['a', 'b'], once: true, all: false, json: false, empty: false, port: 80 },
  ],
  [['--', '--once'], { paths: ['--once'], once: false, all: false, json: false, empty: false, port: 4567 }],
])('options %j', (args, expected) => expect(parseOptions(args)).toEqual(expected));
