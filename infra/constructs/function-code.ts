/** A function's code: its bundle, with its settings beside it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { ORIGIN, putBundle } from '#bundles';
import { SETTINGS_FILE } from '../../functions/core/settings.ts';
import type { Entry } from '../bundles/entries.ts';
import { settingsJson } from '../config/function-settings.ts';

/** Equal code with equal settings gives an equal asset on every machine. */
export function functionCode(entry: Entry, settings: object): Code {
  const json = settingsJson(settings);
  return Code.fromAsset(ORIGIN, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // The CDK takes assets with equal options for one asset; these options tell them apart.
      command: [entry, json],
      // The CDK requires an image, but local bundling always succeeds.
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle(folder) {
          putBundle(entry, join(folder, 'index.mjs'));
          writeFileSync(join(folder, SETTINGS_FILE), json);
          return true;
        },
      },
    },
  });
}
