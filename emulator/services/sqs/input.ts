/** The parameters of one operation, read with SQS's checks. What nobody asked for is refused by name, never ignored. */

import type { MessageAttribute, MessageAttributes } from '../../core/queue-message.ts';
import { invalidValue, malformedInput, missingParameter, unsupported } from './errors.ts';

export class Input {
  readonly #fields: Record<string, unknown>;

  /** @throws ApiError MalformedInput unless it is an object; UnsupportedOperation naming a parameter that isn't in `known` */
  constructor(fields: unknown, known: readonly string[]) {
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
      throw malformedInput('The input must be an object.');
    }
    this.#fields = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
    const unknown = Object.keys(this.#fields).find((name) => !known.includes(name));
    if (unknown !== undefined) throw unsupported(`The parameter ${unknown} is not supported here.`);
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw missingParameter(name);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#fields[name];
    if (value !== undefined && typeof value !== 'string') throw malformedInput(`${name} must be a string.`);
    return value;
  }

  texts(name: string): string[] {
    return this.#list(name).map((item) => {
      if (typeof item !== 'string') throw malformedInput(`${name} must be a list of strings.`);
      return item;
    });
  }

  textMap(name: string): Record<string, string> {
    const value = this.#fields[name];
    if (value === undefined) throw missingParameter(name);
    const isTexts = typeof value === 'object' && Object.values(value!).every((item) => typeof item === 'string');
    if (!isTexts || Array.isArray(value)) throw malformedInput(`${name} must be an object of strings.`);
    return { ...(value as Record<string, string>) };
  }

  integer(name: string): number {
    const value = this.optionalInteger(name);
    if (value === undefined) throw missingParameter(name);
    return value;
  }

  optionalInteger(name: string): number | undefined {
    const value = this.#fields[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw malformedInput(`${name} must be an integer.`);
    return value;
  }

  /** For parameters whose range belongs to the operation rather than to the queue. */
  integerWithin(name: string, minimum: number, maximum: number, byDefault: number): number {
    const value = this.optionalInteger(name) ?? byDefault;
    if (value < minimum || value > maximum) {
      throw invalidValue(value, name, `Must be between ${minimum} and ${maximum}, if provided.`);
    }
    return value;
  }

  /** A list of objects, such as a batch's entries. */
  inputs(name: string, known: readonly string[]): Input[] {
    return this.#list(name).map((item) => new Input(item, known));
  }

  messageAttributes(name: string): MessageAttributes {
    const value = this.#fields[name] ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) throw malformedInput(`${name} must be an object.`);
    return Object.fromEntries(Object.entries(value).map(([key, fields]) => [key, messageAttribute(fields)]));
  }

  #list(name: string): unknown[] {
    const value = this.#fields[name] ?? [];
    if (!Array.isArray(value)) throw malformedInput(`${name} must be a list.`);
    return value;
  }
}

function messageAttribute(fields: unknown): MessageAttribute {
  const input = new Input(fields, ['DataType', 'StringValue', 'BinaryValue']);
  const stringValue = input.optionalText('StringValue');
  const binaryValue = input.optionalText('BinaryValue');
  return {
    dataType: input.text('DataType'),
    ...(stringValue === undefined ? {} : { stringValue }),
    ...(binaryValue === undefined ? {} : { binaryValue: Buffer.from(binaryValue, 'base64') }),
  };
}
