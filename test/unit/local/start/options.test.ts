import { expect, test } from 'vitest';
import { UserError } from '../../../../cli/terminal/user-error.ts';
import { parseOptions } from '../../../../local/start/options.ts';

const REST = { persist: false, fresh: false };

test.each([
  [[], { paths: [], once: false, all: false, json: false, empty: false, port: 4567 }],
  [['--once'], { paths: [], once: true, all: false, json: false, empty: false, port: 0 }],
  [
    ['--once', '--port', '80', 'a', 'b'],
    { paths: ['a', 'b'], once: true, all: false, json: false, empty: false, port: 80 },
  ],
  [['--', '--once'], { paths: ['--once'], once: false, all: false, json: false, empty: false, port: 4567 }],
])('options %j', (args, expected) => expect(parseOptions(args)).toEqual({ ...REST, ...expected }));

test.each([['65536'], ['-1'], ['1.5'], ['abc'], [''], [' 80'], ['0x50'], ['1e3']])(
  'a port that is none: "%s"',
  (port) => {
    for (const args of [['--port', port], ['--empty', '--port', port], [`--port=${port}`]]) {
      expect(() => parseOptions(args)).toThrow(
        new UserError(`--port is "${port}": it must be a whole number from 0 to 65535.`),
      );
    }
  },
);
