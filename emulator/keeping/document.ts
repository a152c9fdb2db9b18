/** Values as JSON: besides what JSON has, maps, sets, dates, bytes and numbers that are not finite. */

/** An object with one key that begins so stands for what JSON doesn't have. */
const MARK = '$';

/** @throws TypeError for what can't be read back, such as a function or an object of a class */
export function writeDocument(value: unknown): string {
  return JSON.stringify(encode(value));
}

/** @throws SyntaxError for what is no JSON, TypeError for a mark that no `writeDocument` has made */
export function readDocument(text: string): unknown {
  return decode(JSON.parse(text));
}

function encode(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { [`${MARK}number`]: String(value) };
  if (value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)) return value;
  if (Array.isArray(value)) return value.map(encode);
  if (value instanceof Date) return { [`${MARK}date`]: value.toISOString() };
  if (value instanceof Uint8Array) return { [`${MARK}bytes`]: Buffer.from(value).toString('base64') };
  if (value instanceof Map) return { [`${MARK}map`]: [...value].map(encode) };
  if (value instanceof Set) return { [`${MARK}set`]: [...value].map(encode) };
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) {
    throw new TypeError(`Nothing reads ${String(value)} back from JSON`);
  }
  const entries = Object.entries(value).map(([name, inner]) => [name, encode(inner)] as const);
  if (entries.some(([name]) => name.startsWith(MARK))) return { [`${MARK}object`]: entries };
  return Object.fromEntries(entries);
}

function decode(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decode);
  const [[name, inner] = ['', undefined]] = Object.entries(value);
  if (name.startsWith(MARK)) return decodeMarked(name, inner);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, decode(each)]));
}

function decodeMarked(mark: string, inner: unknown): unknown {
  switch (mark.slice(MARK.length)) {
    case 'number':
      return Number(inner);
    case 'date':
      return new Date(inner as string);
    case 'bytes':
      return Buffer.from(inner as string, 'base64');
    case 'map':
      return new Map(decode(inner) as [unknown, unknown][]);
    case 'set':
      return new Set(decode(inner) as unknown[]);
    case 'object':
      return Object.fromEntries(decode(inner) as [string, unknown][]);
  }
  throw new TypeError(`${mark} stands for nothing that is known`);
}
