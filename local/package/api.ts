/** The package's public API, as API Extractor reads it from the sources. */
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel, type ExtractorMessage } from '@microsoft/api-extractor';
import { Failure } from '../../cli/terminal/user-error.ts';
import { runQuietly } from '../child.ts';
import { packageJson, REPOSITORY } from './repository.ts';

export interface Api {
  /** The declarations, in one file. */
  declarations: string;
  /** Every public name and its type, as a review reads it. */
  report: string;
  /** What api-documenter makes pages of. */
  model: string;
}

const ERROR = { logLevel: ExtractorLogLevel.Error };
const SILENT = { logLevel: ExtractorLogLevel.None };

/** Of the CDK's own documentation; API Extractor knows the standard's tags only. */
const TSDOC = {
  $schema: 'https://developer.microsoft.com/json-schemas/tsdoc/v0/tsdoc.schema.json',
  extends: ['@microsoft/api-extractor/extends/tsdoc-base.json'],
  tagDefinitions: [{ tagName: '@default', syntaxKind: 'block' }],
  supportForTags: { '@default': true },
};

/** @throws Failure naming each public member without documentation, and each type that is used and not exported */
export async function readApi(): Promise<Api> {
  // API Extractor looks for packages around what it reads.
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-api-'));
  try {
    await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'junction');
    await copyFile(join(REPOSITORY, 'package.json'), join(folder, 'package.json'));
    await writeFile(join(folder, 'tsdoc.json'), JSON.stringify(TSDOC));
    await mkdir(join(folder, 'report'));
    await declare(folder);
    extract(folder);
    const read = (name: string) => readFile(join(folder, name), 'utf8');
    const report = (await read(`report/${packageJson().name}.api.md`)).replaceAll('\r\n', '\n');
    return { declarations: await read('index.d.ts'), report, model: await read('model.json') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A file of declarations for each source. */
async function declare(folder: string): Promise<void> {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const project = join(REPOSITORY, 'local/package/tsconfig.declarations.json');
  await runQuietly(process.execPath, [tsc, '-p', project, '--outDir', join(folder, 'types')], { cwd: REPOSITORY });
}

function extract(folder: string): void {
  const problems: string[] = [];
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(folder, 'api-extractor.json'),
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, 'types/infra/index.d.ts'),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2023',
            module: 'NodeNext',
            moduleResolution: 'NodeNext',
            strict: true,
            skipLibCheck: true,
            types: ['node'],
          },
          files: ['types/infra/index.d.ts'],
        },
      },
      apiReport: { enabled: true, reportFolder: join(folder, 'report'), reportTempFolder: join(folder, 'temp') },
      docModel: { enabled: true, apiJsonFilePath: join(folder, 'model.json') },
      dtsRollup: { enabled: true, untrimmedFilePath: join(folder, 'index.d.ts') },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: ERROR },
        extractorMessageReporting: {
          default: ERROR,
          // All that is exported is public, and so is all of it.
          'ae-missing-release-tag': SILENT,
          'ae-undocumented': ERROR,
        },
        // The sources write "@param name what it is", without a hyphen.
        tsdocMessageReporting: { default: ERROR, 'tsdoc-param-tag-missing-hyphen': SILENT },
      },
    },
  });
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback(message) {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(sentence(folder, message));
    },
  });
  if (problems.length > 0) throw new Failure([...new Set(problems)].join('\n'));
}

/** A source and its declarations have the same path, but for the ending. */
function sentence(folder: string, { sourceFilePath, text }: ExtractorMessage): string {
  if (sourceFilePath === undefined) return text;
  return `${relative(join(folder, 'types'), sourceFilePath).replace(/\.d\.ts$/, '.ts')}: ${text}`;
}
