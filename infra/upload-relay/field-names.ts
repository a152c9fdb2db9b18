/** How a field of the configuration is called: by its path in cdk.json, or by the property of the construct. */
import type { IConstruct } from 'constructs';

const IN_CDK_JSON = new WeakSet<IConstruct>();

/** What each field is called as a property, and its unit where the property has another type than a number. */
const PROPERTIES: [field: RegExp, property: string][] = [
  [/^source\.(account|region)$/, 'env.$1'],
  [/^source\.bucket$/, 'source.bucketName'],
  [/^source\.kmsKeyArn$/, 'source.encryptionKey'],
  [/^source\.existingBucket$/, 'source'],
  [/^source\.topicArn$/, 'topic'],
  [/^source\.relayRoleName$/, 'roleName'],
  [/^source\.rolePath$/, 'rolePath'],
  [/^routes\.(\d+)\.pull\b/, 'routes[$1].from'],
  [/^routes\.(\d+)\.destination$/, 'routes[$1]'],
  [/^routes\.(\d+)\.destination\./, 'routes[$1].'],
  [/^routes\.(\d+)/, 'routes[$1]'],
  [/^relay\.memoryMiB$/, 'memorySize (in MiB)'],
  [/^relay\.timeoutSeconds$/, 'timeout (in seconds)'],
  [/^relay\.maximumConcurrency$/, 'maxConcurrency'],
  [/^relay\.(retryDelay|latePut|lateComplete)Seconds$/, '$1 (in seconds)'],
  [/^relay\.awaitRoleHours$/, 'awaitRole (in hours)'],
  [/^relay\.largeObjectBytes$/, 'largeObjectSize (in bytes)'],
  [/^relay\.objectiveSeconds$/, 'objective.within (in seconds)'],
  [/^relay\.objectivePercent$/, 'objective.percent'],
  [/^relay\.logRetentionDays$/, 'logRetention (in days)'],
  [/^relay\.batchOperations(\.bucket)?$/, 'batchOperationsBucket'],
  [/^relay\.replays\.(\d+)\.flexibleMinutes$/, 'replays[$1].flexibleWindow (in minutes)'],
  [/^relay\.replays\.(\d+)\.lookBackHours$/, 'replays[$1].lookBack (in hours)'],
  [/^relay\.replays\.(\d+)\.timeZone$/, 'replays[$1].schedule.timeZone'],
  [/^relay\.replays\.(\d+)/, 'replays[$1]'],
  [/^relay\.reconciliation\.missingAfterMinutes$/, 'reconciliation.missingAfter (in minutes)'],
  [/^relay\.reconciliation\.inventory\.staleAfterDays$/, 'reconciliation.inventory.staleAfter (in days)'],
  [/^relay\.reconciliation\.inventory\.id$/, 'reconciliation.inventory.inventoryId'],
  [/^relay\.(reconciliation|audit)\.timeZone$/, '$1.schedule.timeZone'],
  [/^relay\.audit\.kmsKeyArn$/, 'audit.encryptionKey'],
  [/^relay\./, ''],
];
/** What sentences say of cdk.json besides the names of fields. */
const WORDS: [word: RegExp, words: string][] = [
  [/ in "relay\.relay"/g, ' of the relay'],
  [/set "existingBucket": true on the others/g, 'name one that exists on the others'],
  [/set "existingBucket": true/g, 'name a bucket that exists'],
  [/docs\/configuration\.md says/g, 'the documentation of the property says'],
  [/must be a text, in quotes/g, 'must be a text'],
];

/** Has messages about a construct, and about what is in it, name the fields of cdk.json. */
export function nameAsInCdkJson(scope: IConstruct): void {
  IN_CDK_JSON.add(scope);
}

export function isNamedAsInCdkJson(scope: IConstruct): boolean {
  return scope.node.scopes.some((each) => IN_CDK_JSON.has(each));
}

/** A sentence about fields of cdk.json, in the words of the construct's properties. Pure. */
export function inProperties(sentence: string): string {
  const words = WORDS.reduce((text, [word, instead]) => text.replaceAll(word, instead), sentence);
  return words.replaceAll(/(field )?"relay((?:\.\w+)+)"/g, (_, field: string | undefined, path: string) => {
    const [name, unit = ''] = propertyOf(path.slice(1)).split(/(?= \()/);
    return `${field ? 'prop ' : ''}"${name}"${unit}`;
  });
}

/** @param field its path, from the context `relay` on */
export function propertyOf(field: string): string {
  const [pattern, property] = PROPERTIES.find(([each]) => each.test(field)) ?? [];
  const named = pattern === undefined ? field : field.replace(pattern, property!);
  return named.replaceAll(/\.(\d+)\b/g, '[$1]');
}

/** Who says it, and which field it is about. */
export function saidOf(scope: IConstruct, field: string): string {
  if (isNamedAsInCdkJson(scope)) return `cdk.json: field "relay.${field}"`;
  return `${nameOf(scope)}: prop "${propertyOf(field)}"`;
}

/** For people: `UploadRelay "Stack/Relay"`. */
export function nameOf(construct: IConstruct): string {
  return `${construct.constructor.name} ${JSON.stringify(construct.node.path)}`;
}
