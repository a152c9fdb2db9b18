/** Refuses role names that are too long or that two roles of one account would share. */
import { relayNames } from '../names.ts';
import { type Mistakes, refusal, repetition } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length */
const NAME_CHARACTERS = 64;

interface NamedRole {
  account: string;
  name: string;
  /** The field with the name. Undefined for a name that the relay derives. */
  field?: string;
  /** For people. */
  meaning: string;
}

/**
 * IAM's role names are unique in an account, whatever their case:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
 * Each route has roles of its own: docs/decisions/0023.
 */
export function* refuseSecondRole(config: RelayContext): Mistakes {
  const seen = new Map<string, NamedRole>();
  for (const role of rolesOf(config)) {
    const id = `${role.account}/${role.name.toLowerCase()}`;
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, role);
      continue;
    }
    const advice = `account ${role.account} has one role of a name, whatever its case, and each needs a name of its own`;
    yield repetition(role.field!, role.name, first.meaning, advice);
  }
}

/** The longest name fits with every region that the CDK knows, but perhaps not with one that is acknowledged. */
export function* refuseLongRole(config: RelayContext): Mistakes {
  const long = rolesOf(config).find(({ name }) => name.length > NAME_CHARACTERS);
  if (long === undefined) return;
  yield refusal(
    'relay.relay.name',
    config.relay.name,
    `${long.meaning} would be called "${long.name}", which is ${long.name.length} characters, and IAM takes ${NAME_CHARACTERS}; choose a shorter name`,
  );
}

/** The relay's derived names come first, so that the error names a field of the configuration. */
function rolesOf(config: RelayContext): NamedRole[] {
  const { source, routes, relay } = config;
  const { canaryRole, replayRole, schedulerRole, batchRole } = relayNames(config);
  const { account } = source;
  const own = (name: string, meaning: string): NamedRole => ({
    account,
    name,
    meaning: `the relay's role for ${meaning}`,
  });
  return [
    ...(relay.replay ? [own(replayRole, 'replay')] : []),
    ...(relay.replays.length > 0 ? [own(schedulerRole, 'schedules')] : []),
    ...(relay.batchOperations ? [own(batchRole, 'S3 Batch Operations')] : []),
    ...(relay.canary ? [own(canaryRole, 'the canary')] : []),
    named(account, source.relayRoleName, 'relay.source.relayRoleName'),
    ...routes.flatMap(({ destination, writerRoleName, pull }, index) => [
      named(destination.account, writerRoleName, `relay.routes.${index}.writerRoleName`),
      ...(pull ? [named(pull.account, pull.readerRoleName, `relay.routes.${index}.pull.readerRoleName`)] : []),
    ]),
  ];
}

function named(account: string, name: string, field: string): NamedRole {
  return { account, name, field, meaning: `"${field}"` };
}
