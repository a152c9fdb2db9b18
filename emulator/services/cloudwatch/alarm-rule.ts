/** Composite alarms, and their rules: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
import { ApiError } from '../../core/api.ts';
import type { AlarmState } from './alarm.ts';

/** The state of an alarm by its name or ARN; undefined for one that is gone. */
export type StateOf = (alarm: string) => AlarmState | undefined;

export interface AlarmRule {
  text: string;
  /** The names and ARNs that it asks for, each once. */
  alarms: string[];
  holds(stateOf: StateOf): boolean;
}

/** An alarm about other alarms: in alarm as long as its rule holds. */
export interface CompositeAlarm {
  account: string;
  region: string;
  name: string;
  description: string;
  rule: AlarmRule;
  /** ARNs of topics. */
  actions: string[];
}

type Condition = (stateOf: StateOf) => boolean;

export const MAX_RULE_CHARACTERS = 10_240;
const MAX_ALARMS = 100;
const MAX_ELEMENTS = 500;
const STATES = ['ALARM', 'OK', 'INSUFFICIENT_DATA'];
/** `ALARM("name")` or `ALARM(name)`, a word, or a bracket. */
const TOKEN = /\s*(?:([A-Z_]+)\(\s*(?:"([^"]+)"|([^"()\s][^"()]*?))\s*\)|([A-Z_]+)\b|([()]))\s*/y;

interface Token {
  /** `ALARM`, `AND`, `(` … */
  word: string;
  alarm?: string;
}

/**
 * Reads a rule. NOT binds tighter than AND, and AND tighter than OR.
 * @throws ApiError `ValidationError` (400) for what is no rule, and for one that is too large
 */
export function parseAlarmRule(text: string): AlarmRule {
  const tokens = tokensOf(text);
  const alarms = [...new Set(tokens.flatMap(({ alarm = [] }) => alarm))];
  if (alarms.length > MAX_ALARMS) {
    throw invalid(`it names ${alarms.length} alarms, and at most ${MAX_ALARMS} are allowed`);
  }
  if (tokens.length > MAX_ELEMENTS) {
    throw invalid(`it has ${tokens.length} elements, and at most ${MAX_ELEMENTS} are allowed`);
  }
  const parser = new Parser(tokens);
  const holds = parser.alternatives();
  if (parser.next) throw invalid(`nobody expects ${parser.next.word} there`);
  return { text, alarms, holds };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const [, state, quoted, plain, word, bracket] = TOKEN.exec(text) ?? [];
    const alarm = quoted ?? plain;
    if (state !== undefined && alarm !== undefined && STATES.includes(state)) tokens.push({ word: state, alarm });
    // A word right before a bracket, as in NOT(…), is a word, and the bracket comes by itself.
    else if (state === 'NOT' || state === 'AND' || state === 'OR') {
      tokens.push({ word: state });
      TOKEN.lastIndex = text.indexOf('(', from);
    } else if (word ?? bracket) tokens.push({ word: (word ?? bracket)! });
    else throw invalid(`${text.slice(from, from + 40)} is not understood`);
  }
  return tokens;
}

class Parser {
  readonly #tokens: Token[];

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token | undefined {
    return this.#tokens[0];
  }

  alternatives(): Condition {
    const all = this.#separatedBy('OR', () => this.#together());
    return (stateOf) => all.some((holds) => holds(stateOf));
  }

  #together(): Condition {
    const all = this.#separatedBy('AND', () => this.#one());
    return (stateOf) => all.every((holds) => holds(stateOf));
  }

  #separatedBy(word: string, read: () => Condition): Condition[] {
    const all = [read()];
    while (this.next?.word === word) {
      this.#tokens.shift();
      all.push(read());
    }
    return all;
  }

  #one(): Condition {
    const token = this.#tokens.shift();
    if (!token) throw invalid('it ends too early');
    const { word, alarm } = token;
    if (alarm !== undefined) return (stateOf) => stateOf(alarm) === word;
    if (word === 'TRUE' || word === 'FALSE') return () => word === 'TRUE';
    if (word === 'NOT') {
      const holds = this.#one();
      return (stateOf) => !holds(stateOf);
    }
    if (word !== '(') throw invalid(`nobody expects ${word} there`);
    const holds = this.alternatives();
    if (this.#tokens.shift()?.word !== ')') throw invalid('a bracket is not closed');
    return holds;
  }
}

function invalid(reason: string): ApiError {
  return new ApiError('ValidationError', 400, `The AlarmRule is not valid: ${reason}.`);
}
