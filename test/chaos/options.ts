/** The options of `npm run chaos`. */
import { decimalNumber, parseOptionsOf, wholeNumber } from '../../local/cli.ts';

export interface CommandOptions {
  seed: number;
  objects: number;
  timeoutSeconds: number;
  intensity: number;
}

const MAX_OBJECTS = 99_999;

export const HELP = `Uploads to a local AWS of two accounts in which everything goes wrong, lets the relay come to rest, and audits what arrived.

  npm run chaos                            seed 1, 1000 objects
  npm run chaos -- --seed 7 --objects 5000

  --seed N       which faults and uploads are drawn; even seeds have a versioned source bucket (default 1)
  --objects N    how many keys, 1 to ${MAX_OBJECTS}; a quarter of them is written several times, a third of these deleted too (default 1000)
  --timeout N    the function's timeout and the messages' visibility timeout in seconds, 2 to 900 (default 6); 20 on a busy machine
  --intensity X  multiplies the probability of every fault, 0 to 10 (default 1)
  --help         this text

What is uploaded is of every age: each row of the table in docs/fidelity.md, "The checksum". Writes land late, up to 2 s after their client was
answered by an error, by a reset or by nothing, or was killed. Bits flip in uploads, in downloads and in all other answers of S3 that have
a body. Ends with one line of counts; the exit code is 0 only if nothing was lost, stale, corrupt, spliced, without receipt, proved otherwise than
that table demands, or left over. Of a key that was deleted, what must stay is the newest version that a receipt was given for, or a dead letter
(Superseded) names it. Where nobody could tell the order of two, the ledger may have either: the dead letter names both.

Dead letters of exhausted tries are sent back, once, when the faults have ended: those that SQS moved, those of large objects that were begun three times and
met as many faults (UploadGone, ChecksumRefused, TransferFailed), and those of an error whose code a flipped bit may have changed, which TLS would have found. What a delete accounts for (SourceMissing, Superseded) is counted by itself.

What this doesn't do:
  - flip bits while an object is read that nothing proves (SSE-KMS without a checksum): they would arrive, as docs/fidelity.md says
  - flip bits in headers, or in answers of STS, SQS, DynamoDB and Lambda: TLS protects them, and nothing else does
  - let a write land later than the relay is told that it may (relay.latePutSeconds, relay.lateCompleteSeconds): older objects stay there then
  - let a write to the ledger land late, or let clocks differ
  - tell a version that was written, not recorded since its writer was killed, and deleted: it counts as never delivered
  - suspend versioning, delete a version for good, restore what is archived, change a route or a permission meanwhile
  - use the doors by hand and by batch job, replay, reader roles (pull), create-only routes, tags, storage classes
  - run out of slots for large objects: a slot whose holder was killed is free only after minutes
  - compare the ETag and the version id that a receipt has of the destination: a flipped bit there is recorded as it came
  - last for hours, or use more than one machine
`;

/** @throws UserError for an option that does not exist or a number out of range */
export function parseOptions(args: string[]): CommandOptions {
  const { values } = parseOptionsOf('npm run chaos', {
    args,
    options: {
      seed: { type: 'string', default: '1' },
      objects: { type: 'string', default: '1000' },
      timeout: { type: 'string', default: '6' },
      intensity: { type: 'string', default: '1' },
    },
  });
  return {
    seed: wholeNumber('--seed', values.seed, { least: 0 }),
    objects: wholeNumber('--objects', values.objects, { least: 1, most: MAX_OBJECTS }),
    timeoutSeconds: wholeNumber('--timeout', values.timeout, { least: 2, most: 900 }),
    intensity: decimalNumber('--intensity', values.intensity, { least: 0, most: 10 }),
  };
}
