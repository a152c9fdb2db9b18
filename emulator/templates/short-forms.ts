/** The short forms of intrinsic functions in YAML: `!Ref Name` means `Ref: Name`, `!Sub text` means `Fn::Sub: text`. */
import { type ParsedNode, type Tags, YAMLMap } from 'yaml';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
const FUNCTIONS = 'And Base64 Equals FindInMap GetAtt If ImportValue Join Not Or Select Split Sub'.split(' ');
const NAMES: [tag: string, name: string][] = [
  ['!Ref', 'Ref'],
  ['!Condition', 'Condition'],
  ...FUNCTIONS.map((each): [string, string] => [`!${each}`, `Fn::${each}`]),
];

/** Each takes a text, a list or a map. */
export const SHORT_FORMS: Tags = NAMES.flatMap(([tag, name]) => [
  { tag, resolve: (text: string) => ({ [name]: text }) },
  { tag, collection: 'seq' as const, resolve: (node: unknown) => asMap(name, node) },
  { tag, collection: 'map' as const, resolve: (node: unknown) => asMap(name, node) },
]);

function asMap(name: string, node: unknown): YAMLMap {
  const map = new YAMLMap<string, ParsedNode>();
  map.set(name, node as ParsedNode);
  return map;
}
