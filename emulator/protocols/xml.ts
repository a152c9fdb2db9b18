/** XML as AWS's services write and read it. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** What an element holds: text, further elements, or, as an array, the element repeated. `undefined` leaves it out. */
export type XmlNode = string | number | boolean | undefined | XmlNode[] | { [element: string]: XmlNode };

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * Control characters become numeric references: a parser would turn a bare carriage return into a line feed,
 * and a key that contains one must come back unchanged.
 */
function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be escaped
  return text.replace(/[&<>"\u0000-\u001f\u007f-\u009f\u2028\ufffe\uffff]/g, (character) => {
    return ENTITIES[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}

function element(name: string, content: XmlNode): string {
  if (content === undefined) return '';
  if (Array.isArray(content)) return content.map((item) => element(name, item)).join('');
  return `<${name}>${inner(content)}</${name}>`;
}

function inner(content: Exclude<XmlNode, undefined | XmlNode[]>): string {
  if (typeof content !== 'object') return escapeText(String(content));
  return Object.entries(content)
    .map(([name, child]) => element(name, child))
    .join('');
}

/** A whole document with its declaration. Element names are trusted; text is escaped. */
export function xmlDocument(rootName: string, content: XmlNode, namespace?: string): string {
  if (Array.isArray(content))
    throw new TypeError(`An XML document has one root element: ${rootName} can't be repeated`);
  const attribute = namespace === undefined ? '' : ` xmlns="${escapeText(namespace)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${rootName}${attribute}>${content === undefined ? '' : inner(content)}</${rootName}>`;
}

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  // Without it, numeric references such as &#13; would stay as they are.
  htmlEntities: true,
});

/** The content of the root element, for a schema to look at; undefined for a text that is no such document. */
export function xmlContent(text: string, rootName: string): unknown {
  if (text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true) return undefined;
  const document: unknown = parser.parse(text);
  if (typeof document !== 'object' || document === null || !(rootName in document)) return undefined;
  return withoutLayout((document as Record<string, unknown>)[rootName]);
}

/** Line breaks and indentation between elements are no content. */
function withoutLayout(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutLayout);
  if (typeof node !== 'object' || node === null) return node;
  const children = Object.entries(node).filter(([name, child]) => name !== '#text' || String(child).trim() !== '');
  return Object.fromEntries(children.map(([name, child]) => [name, withoutLayout(child)]));
}
