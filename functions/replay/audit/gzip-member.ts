/** Compresses a stretch of a report. Equal text gives equal bytes. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** RFC 1952: "unknown". Node writes the number of the operating system that it runs on. */
const OS_BYTE = 9;
const OS_UNKNOWN = 0xff;

const compress = promisify(gzip);

/**
 * One member of a gzip file, which consists of one member after another: https://www.rfc-editor.org/rfc/rfc1952. Node writes no time into
 * its header.
 */
export async function gzipMember(text: string): Promise<Buffer> {
  const member = await compress(text);
  member[OS_BYTE] = OS_UNKNOWN;
  return member;
}
