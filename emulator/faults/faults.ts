/** The rules of what goes wrong, and the draws that decide when each of them does. */
import { Random } from '../core/random.ts';
import {
  checkRule,
  type Fault,
  type FaultsByStage,
  matches,
  type Rule,
  type Stage,
  type Subject,
  stageOf,
} from './rule.ts';

/** A fault that took effect. */
export interface FaultRecord {
  rule: string;
  kind: Fault['kind'];
  subject: Subject;
  at: Date;
}

/** A rule at work. */
export interface FaultRule {
  readonly name: string;
  /** How often it took effect. */
  readonly injected: number;
  remove(): void;
}

/** A fault that has been decided on, but has not happened yet. */
export interface Injection<F extends Fault = Fault> {
  fault: F;
  /** A position within a body: the fault's own, or any below `lengthBytes`; 0 for an empty body. */
  position(atByte: number | 'anywhere', lengthBytes: number): number;
  /** To be called at the moment it takes effect; false when the rule has done so often enough, and nothing shall happen. */
  claim(): boolean;
}

/**
 * Faults by rule. Each rule decides by its own stream of numbers about the requests that it matches, in their order:
 * with the same seed the nth match of a rule always has the same fate, whatever other rules there are.
 */
export class Faults {
  /** Everything that was injected, oldest first. */
  readonly log: FaultRecord[] = [];
  readonly #seed: number;
  readonly #onInjected: (record: FaultRecord) => void;
  readonly #rules = new Map<string, ActiveRule>();

  /** @param onInjected told of every fault as it takes effect */
  constructor({ seed, onInjected = () => {} }: { seed: number; onInjected?: (record: FaultRecord) => void }) {
    if (!Number.isInteger(seed)) throw new TypeError(`A seed is a whole number, not ${seed}`);
    this.#seed = seed;
    this.#onInjected = onInjected;
  }

  /** @throws TypeError for a rule that makes no sense, or a name that is taken */
  add(rule: Rule): FaultRule {
    checkRule(rule);
    if (this.#rules.has(rule.name)) throw new TypeError(`There is a fault rule ${JSON.stringify(rule.name)} already`);
    const active = new ActiveRule(rule, this.#seed);
    this.#rules.set(rule.name, active);
    return {
      name: rule.name,
      get injected() {
        return active.injected;
      },
      remove: () => {
        if (this.#rules.get(rule.name) === active) this.#rules.delete(rule.name);
      },
    };
  }

  /** Removes all rules: what has begun goes on, nothing new begins. */
  clear(): void {
    this.#rules.clear();
  }

  /** How often any rule took effect, those since removed included. */
  get injected(): number {
    return this.log.length;
  }

  /**
   * Asks every rule that matches; the first that wants to strike does. Those that come after it have made up their mind all the same,
   * so that its presence doesn't change what they do next.
   */
  decide<S extends Stage>(stage: S, subject: Subject): Injection<FaultsByStage[S]> | undefined {
    const willing = [...this.#rules.values()].filter(
      ({ rule }) => stageOf(rule.fault) === stage && matches(rule.match, subject),
    );
    const striking = willing.filter((active) => active.decide())[0];
    if (!striking) return undefined;
    const { rule } = striking;
    return {
      fault: rule.fault as FaultsByStage[S],
      position: (atByte, lengthBytes) => striking.position(atByte, lengthBytes),
      claim: () => {
        if (!striking.claim()) return false;
        const record = { rule: rule.name, kind: rule.fault.kind, subject, at: new Date() };
        this.log.push(record);
        this.#onInjected(record);
        return true;
      },
    };
  }
}

class ActiveRule {
  injected = 0;
  readonly rule: Rule;
  readonly #chance: Random;
  readonly #positions: Random;
  #matched = 0;

  constructor(rule: Rule, seed: number) {
    this.rule = rule;
    this.#chance = new Random(seed, rule.name);
    this.#positions = new Random(seed, `${rule.name}, positions`);
  }

  /** Counts a match, and says whether the rule wants to strike. */
  decide(): boolean {
    const { nth, every, probability } = this.rule.when;
    const count = ++this.#matched;
    const chance = probability === undefined ? 0 : this.#chance.next();
    if (nth !== undefined && ![nth].flat().includes(count)) return false;
    if (every !== undefined && count % every !== 0) return false;
    if (probability !== undefined && chance >= probability) return false;
    return !this.#exhausted;
  }

  claim(): boolean {
    if (this.#exhausted) return false;
    this.injected += 1;
    return true;
  }

  position(atByte: number | 'anywhere', lengthBytes: number): number {
    if (atByte !== 'anywhere') return atByte;
    return lengthBytes === 0 ? 0 : this.#positions.integer(lengthBytes);
  }

  get #exhausted(): boolean {
    return this.injected >= (this.rule.when.times ?? Number.POSITIVE_INFINITY);
  }
}
