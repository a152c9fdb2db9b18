/** Refuses a second relay of one name. */
import { type Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ConfigError } from '../config/mistakes.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { relayNames } from '../names.ts';
import { nameOf } from './field-names.ts';

/** By app: who has a name. */
const TAKEN = new WeakMap<IConstruct, Map<string, IConstruct>>();
/** Their names are unique in an account, whatever the region. */
const ACCOUNT_WIDE = ['role', 'dashboard'];

/**
 * Two relays may not have a queue, a function or a role of one name in one place. Where only the deployment knows the account or the region,
 * two stacks may be for different ones.
 * @throws ConfigError
 */
export function takeNames(relay: IConstruct, stack: Stack, config: RelayContext): void {
  const { root } = relay.node;
  const taken = TAKEN.get(root) ?? new Map<string, IConstruct>();
  TAKEN.set(root, taken);
  const { reportBucket: _, ...names } = relayNames(config);
  const all = { ...names, relayRole: config.source.relayRoleName };
  for (const [key, name] of Object.entries(all)) {
    const kind = /[A-Z]?[a-z]+$/.exec(key)![0].toLowerCase();
    const id = [placeOf(stack, config, ACCOUNT_WIDE.includes(kind)), kind, name.toLowerCase()].join('/');
    const other = taken.get(id);
    if (other)
      throw new ConfigError(
        sentence(relay, other, config, key === 'relayRole' ? 'roleName' : 'name', `${kind} "${name}"`),
      );
    taken.set(id, relay);
  }
}

function placeOf(stack: Stack, { source }: RelayContext, accountWide: boolean): string {
  const place = accountWide ? [source.account] : [source.account, source.region];
  return place.some((each) => Token.isUnresolved(each)) ? stack.node.path : place.join('/');
}

function sentence(relay: IConstruct, other: IConstruct, config: RelayContext, prop: string, what: string): string {
  const value = prop === 'name' ? config.relay.name : config.source.relayRoleName;
  return `${nameOf(relay)}: prop "${prop}" is ${JSON.stringify(value)}: with it the ${what} would be that of ${nameOf(other)} as well; give each relay of an account a name of its own.`;
}
