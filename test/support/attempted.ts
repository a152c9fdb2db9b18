/** What a command line ends with and prints, without the half second that a process takes. */
import { Failure, UserError } from '../../cli/terminal/user-error.ts';

export interface Ended {
  code: number;
  out: string;
  err: string;
}

interface Screen {
  out(text: string): void;
  err(text: string): void;
}

/** @throws whatever is neither a mistake nor a failure: a defect */
export async function attempted(run: (screen: Screen) => Promise<number>): Promise<Ended> {
  let [out, err] = ['', ''];
  const screen: Screen = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  };
  const code = await run(screen).catch((error: Error) => {
    err += `${error.message}\n`;
    if (error instanceof UserError) return 2;
    if (error instanceof Failure) return 1;
    throw error;
  });
  return { code, out, err };
}
