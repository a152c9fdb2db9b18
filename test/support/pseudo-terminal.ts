/** A program in a real terminal, as a person sees it, and what it leaves behind. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { type IPty, spawn } from '@lydell/node-pty';

export const CTRL_C = '\x03';

export interface Ended {
  /** 128 and the signal's number for one that has ended by a signal, as a shell tells it. */
  exitCode: number;
  /** Since the last that was typed or sent. For people: nothing rests on it. */
  tookMs: number;
}

export interface Screen {
  pid: number;
  output(): string;
  /** Resolves when the text has been printed. */
  printed(text: string): Promise<void>;
  type(text: string): void;
  send(signal: NodeJS.Signals): void;
  /** As by the cross in the window's corner. */
  close(): void;
  ended: Promise<Ended>;
}

export function openTerminal(
  [file, ...args]: [string, ...string[]],
  { cwd, env, columns = 80 }: { cwd: string; env?: NodeJS.ProcessEnv; columns?: number },
): Screen {
  const pty: IPty = spawn(file, args, { cwd, env: { ...process.env, ...env }, cols: columns });
  let output = '';
  let actedAt = performance.now();
  const acts = (act: () => void) => {
    actedAt = performance.now();
    act();
  };
  const onData = new Set<() => void>();
  pty.onData((data) => {
    output += data;
    for (const look of onData) look();
  });
  const ended = new Promise<Ended>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      resolve({ exitCode: signal ? 128 + signal : exitCode, tookMs: Math.round(performance.now() - actedAt) });
    });
  });
  return {
    pid: pty.pid,
    output: () => output,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = () => output.includes(text) && resolve();
        onData.add(look);
        void ended.then(() => reject(new Error(`ended without printing "${text}":\n${output}`)));
        look();
      }),
    type: (text) => acts(() => pty.write(text)),
    send: (signal) => acts(() => process.kill(pty.pid, signal)),
    close: () => acts(() => (pty as IPty & { destroy(): void }).destroy()),
    ended,
  };
}

/** What is left in the temporary folder of a program; npm keeps its own code's cache there. */
export async function leftIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== 'node-compile-cache');
}

/** Command lines of living processes that work in the folder, or have its name in their environment. Linux only. */
export function workingIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        const isThere = readlinkSync(`/proc/${id}/cwd`).startsWith(folder);
        const knowsIt = readFileSync(`/proc/${id}/environ`, 'utf8').includes(folder);
        return isThere || knowsIt ? [readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
      } catch {
        return [];
      }
    });
}

export async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
