import { expect, test } from 'vitest';
import { changedNames, unnamed } from '../../../../local/package/api-changes.ts';

const report = (code: string) => `## API Report File for "upload-relay"\n\n\`\`\`ts\n\n${code}\n\n\`\`\`\n`;
const BEFORE = report(`import { Construct } from 'constructs';

// @public
export class UploadRelay extends Construct {
    constructor(scope: Construct, id: string, props: UploadRelayProps);
    grantReplay(grantee: IGrantable): Grant;
    readonly queue: IQueue;
}

// @public
export interface UploadRelayProps {
    readonly name?: string;
    readonly sizes?: {
        largest: Size;
    };
}

// @public
export const LARGEST = 5;

// (No @packageDocumentation comment for this package)`);

test.each<[string, string, string, string[]]>([
  ['nothing', '', '', []],
  ['an import', "from 'constructs'", "from 'constructs/lib'", []],
  ['a method’s result', '): Grant;', '): void;', ['UploadRelay.grantReplay']],
  ['a constructor', 'props: UploadRelayProps', 'props?: UploadRelayProps', ['UploadRelay.constructor']],
  ['a property that is gone', '    readonly queue: IQueue;\n', '', ['UploadRelay.queue']],
  [
    'a property that is new',
    '{\n    readonly name',
    '{\n    readonly path?: string;\n    readonly name',
    ['UploadRelayProps.path'],
  ],
  ['what is asked for', 'name?: string', 'name: string', ['UploadRelayProps.name']],
  ['what lies deeper', 'largest: Size', 'largest: number', ['UploadRelayProps.sizes']],
  ['a base class', 'extends Construct', 'extends Resource', ['UploadRelay']],
  ['a constant', 'LARGEST = 5', 'LARGEST = 6', ['LARGEST']],
  ['a name', 'const LARGEST', 'const MOST', ['LARGEST', 'MOST']],
])('%s that changes is told by its name', (_, from, to, names) => {
  expect(BEFORE).toContain(from);
  expect(changedNames(BEFORE, BEFORE.replace(from, to))).toEqual(names);
});

test('before the first release, all names are new', () => {
  expect(changedNames('', BEFORE)).toEqual(['UploadRelay', 'UploadRelayProps', 'LARGEST']);
});

const CHANGELOG = `# Changelog

## Unreleased

### Added
- \`UploadRelay\` takes \`path\`: \`UploadRelayProps.name\` stays.

## 0.1.0

- \`LARGEST\` is new.
`;

test.each<[string, boolean]>([
  ['UploadRelay', true],
  ['UploadRelayProps.name', true],
  ['UploadRelay.path', true],
  ['UploadRelay.queue', false],
  ['Upload', false],
  ['LARGEST', false],
])('CHANGELOG names %s: %s', (name, isNamed) => {
  expect(unnamed([name], CHANGELOG)).toEqual(isNamed ? [] : [name]);
});

test('a changelog of nothing but unreleased changes is read to its end', () => {
  expect(unnamed(['LARGEST'], '## Unreleased\n\n- `LARGEST`\n')).toEqual([]);
});
