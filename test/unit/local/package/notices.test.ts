import { expect, test } from 'vitest';
import { foldersOf, notices } from '../../../../local/package/notices.ts';

test('a package is found by its folder, once, wherever it is installed', () => {
  const folders = foldersOf([
    'functions/core/errors.ts',
    'node_modules/zod/v4/core.js',
    'node_modules/zod/v4/mini.js',
    'node_modules/@smithy/core/dist/index.js',
    'node_modules/a/node_modules/b/index.js',
  ]);
  const names = folders.map((folder) => folder.replace(/^.*?\/(?=node_modules)/, ''));
  expect(names).toEqual(['node_modules/@smithy/core', 'node_modules/a/node_modules/b', 'node_modules/zod']);
});

test('each is named with version and licence, and equal texts stand there once', () => {
  const text = notices(['node_modules/@smithy/core/a.js', 'node_modules/@smithy/types/a.js', 'node_modules/zod/a.js']);
  expect(text).toMatch(/^@smithy\/core [\d.]+ \(Apache-2\.0\)$/m);
  expect(text).toMatch(/^zod [\d.]+ \(MIT\)$/m);
  expect(text.match(/TERMS AND CONDITIONS FOR USE/g)).toHaveLength(1);
  expect(text).toContain('Permission is hereby granted');
});
