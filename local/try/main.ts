/** `npm run try`: what a person would do with the two accounts of `npm start`, without the AWS CLI. */
import { runCli } from '../cli.ts';
import { runCommand } from './command.ts';
import { helpFor } from './help.ts';
import { VERBS } from './verbs.ts';

const screen = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
};

runCli((args) => runCommand(args, screen), { help: (args) => helpFor(VERBS, args) });
