/** Configurations that AWS would take or refuse: what AWS refuses, synth refuses, and nothing else. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { ConfigError } from '../../infra/config/mistakes.ts';
import { checkLimits } from '../../infra/limits/limits.ts';
import { synthesized } from '../support/synthesized.ts';

const CONFIGURATIONS = JSON.parse(readFileSync(new URL('configurations.json', import.meta.url), 'utf8')) as Record<
  string,
  unknown
>;

/** By field, value and the word that says why. */
const REFUSED: Record<string, [field: string, value: string, reason: string]> = {
  'X-cross-partition': ['relay.routes.0.destination.region', '"cn-north-1"', 'partition "aws-cn"'],
  'X-kms-wrong-region': ['relay.source.kmsKeyArn', '"arn:aws:kms:eu-west-1:', 'the bucket in "us-east-1"'],
  'X-replay-named-Group': ['relay.relay.replays.0.name', '"Group"', 'the template needs this name'],
  'X-route-names-eu-1-eu1': ['relay.routes.1.name', '"eu1"', '("eu-1")'],
  'X-same-account-role-clash': ['relay.routes.0.writerRoleName', '"upload-relay"', '"relay.source.relayRoleName"'],
  'X-prefix-nonlatin': ['relay.routes.0.destination.prefix', '"日本語/"', 'U+65E5'],
  'X-filter-prefix-nonlatin': ['relay.routes.0.filter.prefix', '"日本語/"', 'U+65E5'],
  'X-bucket-ip': ['relay.source.bucket', '"192.168.1.1"', 'IP address'],
  'X-bucket-dots': ['relay.source.bucket', '"a..b"', 'no dot stands beside another dot'],
  'X-bucket-s3alias': ['relay.source.bucket', '"my-bucket-s3alias"', 'an access point'],
  'X-large-with-30s': ['relay.relay.largeObjectBytes', '5368709120', '"relay.relay.timeoutSeconds" is 30'],
  'X-replay-prefix-512': ['relay.relay.replays.0.prefix', '"xxx', "the schedule's description"],
};

describe('refused, with one sentence', () => {
  test.each(Object.entries(REFUSED))('%s', (name, [field, value, reason]) => {
    const message = messageOf(() => parseConfig(CONFIGURATIONS[name]));
    expect(message).toContain(`cdk.json: field "${field}" is ${value}`);
    expect(message).toContain(reason);
    expect(message).not.toContain('\n');
  });
});

describe('accepted, and within every limit', () => {
  test.each(Object.keys(CONFIGURATIONS).filter((name) => !(name in REFUSED)))('%s', (name) => {
    const { config, stacks } = synthesized(CONFIGURATIONS[name]);
    expect(() => checkLimits(stacks, config)).not.toThrow();
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}
