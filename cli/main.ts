/** `npx upload-relay`: operates a relay that is deployed. */
import { runCommand } from './run.ts';
import { heedEndings } from './terminal/ending.ts';
import { endWith } from './terminal/program.ts';

const screen = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
};

/** As it is typed in the checkout, and with the package. */
const command = import.meta.url.endsWith('.ts') ? 'npm run upload-relay --' : 'npx upload-relay';

// The SDK tells on Node 20 of its own plans; the package works there.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
heedEndings();
endWith(runCommand(process.argv.slice(2), command, screen));
