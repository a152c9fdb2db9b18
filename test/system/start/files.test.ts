/** `npm start` with anybody's files, on a real terminal. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { openTerminal, type Screen } from '../../support/pseudo-terminal.ts';
import { startProgram } from '../../support/started.ts';
import { IS_SWEEP } from '../../support/sweep.ts';
import { canBeUnreadable, withoutPrivileges } from '../../support/unreadable.ts';

const SMALL_FILES = IS_SWEEP ? 2000 : 150;
const COLUMNS = 60;
const ODD_NAMES = [
  ...['b c', ' lead', 'trail ', 'dot.', '...', '.hidden', '~', '-', '--once', 'CON', 'a+b%20c', '%41', '%2F', '1+1=2'],
  ...['&<>"\'', '?q=1', '#frag', 'back\\slash', '*', '(x)', '{x}', '[x]', '|', '`t`', '^', 'x;y', 'a,b', '$HOME'],
  ...['日本.txt', '🎉', 'é', 'e\u0301', '\ufeffmark', '\u202eltr', 'new\nline', 'tab\t', '\u0001', '\u007f', '\u2028'],
];

let folder: string;
let server: Server;
let terminal: Screen;
let exitCode: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-files-'));
  await mkdir(join(folder, 'all', 'small'), { recursive: true });
  for (let number = 1; number <= SMALL_FILES; number++) {
    await writeFile(join(folder, 'all', 'small', `${String(number).padStart(4, '0')}.txt`), `${number}`);
  }
  for (const name of ODD_NAMES) await writeFile(join(folder, 'all', name), name);
  await writeFile(Buffer.concat([Buffer.from(`${folder}/all/`), Buffer.from([0xff])]), '');
  await symlink('small', join(folder, 'all', 'link'));
  await symlink('nowhere', join(folder, 'all', 'broken'));
  execFileSync('mkfifo', [join(folder, 'all', 'fifo')]);
  server = createServer().listen(join(folder, 'all', 'socket'));
  await mkdir(join(folder, 'all', 'locked'));
  await writeFile(join(folder, 'all', 'secret'), '');
  for (const name of ['locked', 'secret']) await chmod(join(folder, 'all', name), 0);
  const command = withoutPrivileges(process.execPath, join(REPOSITORY, 'local/main.ts'), '--once', 'all');
  terminal = openTerminal(command, { cwd: folder, env: { TERM: 'xterm', TMPDIR: folder }, columns: COLUMNS });
  ({ exitCode } = await terminal.ended);
}, 600_000);

afterAll(() => {
  server.close();
  execFileSync('rm', ['-r', folder]);
});

const ESCAPE = '\u001b[';

/** What is drawn in place: between the first line and the table. */
const drawn = () => {
  const all = terminal.output();
  const end = all.indexOf(`${ESCAPE}J`);
  return all.slice(all.lastIndexOf('\n', end) + 1, end);
};

const table = () => {
  const lines = terminal.output().split(`${ESCAPE}J`).at(-1)!.split('\r\n');
  const begin = lines.findIndex((line) => line.startsWith('key '));
  return lines.slice(begin, lines.indexOf('', begin));
};

describe('a folder as it is', () => {
  test('is delivered, but for what can’t be, and the exit code says so', () => {
    const count = SMALL_FILES + ODD_NAMES.length + (canBeUnreadable ? 0 : 1);
    expect(terminal.output()).toContain(
      `${count.toLocaleString('en')} of ${count.toLocaleString('en')} delivered and proved`,
    );
    expect(exitCode).toBe(3);
  });

  test('one line names what was skipped, and why', () => {
    const line = terminal
      .output()
      .split('\r\n')
      .find((each) => each.includes(' skipped: '));
    expect(line).toContain('all/broken, all/link (a symbolic link)');
    expect(line).toContain('all/fifo (a FIFO)');
    expect(line).toContain('all/socket (a socket)');
    expect(line).toContain('all/\\xff (its name isn’t UTF-8)');
  });

  const reason = canBeUnreadable ? '' : ' (skipped: root may read everything here, and setpriv can’t take that away)';
  test.skipIf(!canBeUnreadable)(`what may not be read is among them${reason}`, () => {
    expect(terminal.output()).toContain('all/locked/, all/secret (you may not read it; check its permissions)');
    expect(terminal.output()).toContain('7 skipped: ');
  });

  test('progress is one line, drawn in its place, that fits', () => {
    const frames = drawn()
      .split('\r')
      .map((each) => each.replaceAll(`${ESCAPE}K`, ''));
    expect(frames.length).toBeGreaterThan(3);
    expect(frames).toContainEqual(expect.stringMatching(/^up .*\/s .*, relayed .*/));
    for (const frame of frames) expect(stringWidth(frame)).toBeLessThan(COLUMNS);
    // It stands on a line of its own.
    expect(terminal.output().split(`${ESCAPE}K`)[0]).toMatch(/…\r\n\r[^\n]*$/);
  });

  test('the table has the first and the last, and fits', () => {
    const lines = table();
    expect(lines.length).toBe(2 + 5 + 1 + 5);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(COLUMNS);
    expect(lines).toContainEqual(expect.stringMatching(/^… [\d,]+ more$/));
  });
});

describe('what can’t be dropped is one sentence, and exit code 2', () => {
  test.each<[string, string, string]>([
    ['a FIFO', 'all/fifo', 'all/fifo is a FIFO: only files and folders can be dropped.\n'],
    [
      'a key that is too long',
      'long',
      `The key of long/${'d'.repeat(25)}…${'d'.repeat(24)}/file would have 1,025 bytes, with the prefix "incoming/", and S3 takes 1,024: name a folder further down, or shorter ones.\n`,
    ],
  ])('%s', async (_, path, sentence) => {
    // With "incoming/" before it, and the five slashes, one byte more than S3 takes.
    const long = join(folder, 'long', ...[250, 250, 250, 253].map((length) => 'd'.repeat(length)));
    await mkdir(long, { recursive: true });
    await writeFile(join(long, 'file'), '');
    const { exitCode, output } = startProgram(['--once', path], folder);
    expect(await exitCode).toBe(2);
    expect(output()).toBe(sentence);
  });
});
