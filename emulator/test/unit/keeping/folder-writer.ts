/** A program that writes documents of one number until it is killed, and says each number that is written. */
import { KeptFolder } from '../../../keeping/kept-folder.ts';

const folder = await KeptFolder.open(process.argv[2]!);
for (let number = 0; ; number++) {
  const text = JSON.stringify({ number, filler: 'x'.repeat(50_000) });
  await folder.write(new Map(['a', 'b', 'c'].map((name) => [name, text])), { savedAt: number, url: '', accounts: [] });
  process.stdout.write(`${number}\n`);
}
