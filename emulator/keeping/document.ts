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

/** Everything goes through this each second: so the most frequent kinds come first. */
function encode(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : { [`${MARK}number`]: String(value) };
    case 'object':
      return value === null ? null : encodeObject(value);
  }
  throw unreadable(value);
}

function encodeObject(value: object): unknown {
  if (Object.getPrototypeOf(value) === Object.prototype) return encodePlain(value as Record<string, unknown>);
  if (Array.isArray(value)) return value.map(encode);
  if (value instanceof Map) return { [`${MARK}map`]: [...value].map(encode) };
  if (value instanceof Date) return { [`${MARK}date`]: value.toISOString() };
  if (value instanceof Set) return { [`${MARK}set`]: [...value].map(encode) };
  if (value instanceof Uint8Array) return { [`${MARK}bytes`]: Buffer.from(value).toString('base64') };
  throw unreadable(value);
}

function encodePlain(value: Record<string, unknown>): object {
  const encoded: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    // The latter would be taken for a prototype.
    if (name.startsWith(MARK) || name === '__proto__') return { [`${MARK}object`]: Object.entries(value).map(encode) };
    encoded[name] = encode(value[name]);
  }
  return encoded;
}

function unreadable(value: unknown): TypeError {
  return new TypeError(`Nothing reads ${String(value)} back from JSON`);
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
