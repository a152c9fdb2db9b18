/** What may be typed after `npm run try --`; what it does is in test/system/start/try.test.ts. */
import { expect, test } from 'vitest';
import { UserError } from '../../../../cli/terminal/user-error.ts';
import { parseCommand } from '../../../../local/try/command.ts';

test.each([
  [['destroy'], 'There is no "destroy" to try. What there is: npm run try'],
  [['loook'], 'There is no "loook" to try. Did you mean look? What there is: npm run try'],
  [['--json'], 'The verb comes before "--json". What there is: npm run try'],
  [['revoke', 'foo'], 'revoke has no use for "foo". Try: npm run try -- revoke --help'],
  [['receipt', 'a', 'b'], 'receipt has no use for "b". Try: npm run try -- receipt --help'],
  [['receipt'], 'Of which key? For example: npm run try -- receipt README.md'],
  [['drop'], 'Which file? For example: npm run try -- drop README.md'],
  [['replay', '--dryrun'], "Unknown option '--dryrun'. Did you mean --dry-run? Try: npm run try -- replay --help"],
  [['check', '--json=yes'], "Option '--json' does not take an argument. Try: npm run try -- check --help"],
])('%j is a mistake, told in one sentence', (words, sentence) => {
  expect(() => parseCommand(words)).toThrow(new UserError(sentence));
});

test.each([
  [['look'], { words: [], options: {}, isJson: false }],
  [['look', 'a/', '--json', '--route', 'main'], { words: ['a/'], options: { route: 'main' }, isJson: true }],
  [['receipt', '--', '--json'], { words: ['--json'], options: {}, isJson: false }],
  [['replay', '--dry-run'], { words: [], options: { 'dry-run': true }, isJson: false }],
])('%j', (args, command) => {
  const { verb, ...parsed } = parseCommand(args);
  expect({ ...parsed, options: { ...parsed.options } }).toEqual(command);
  expect(verb.usage.split(' ')[0]).toBe(args[0]);
});
