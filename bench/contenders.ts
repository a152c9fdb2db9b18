/** What the bench compares: the relay and others, each as a shell command with its environment. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_NAME } from '../infra/config/relay-schema.ts';
import type { Job } from './movers/job.ts';
import type { Keys, Ready } from './protocol.ts';
import { uploadEvents } from './upload-events.ts';

/** The objects to move, and a folder for temporary files. */
export interface Task {
  keys: string[];
  sizeBytes: number;
  folder: string;
}

export interface Contender {
  name: string;
  /** A shell command that moves the task's objects from the source to the destination, and its environment. */
  command(task: Task, places: Ready): { command: string; env: NodeJS.ProcessEnv };
}

/** Of the default configuration. */
const RELAY_FUNCTION = DEFAULT_NAME;

/** How many small objects are moved at once. The relay's batches are as large. */
export const CONCURRENCY = 10;

const MACHINE = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
const NODE = `'${process.execPath}'`;

/** The relay gets batches of the queue one after the other, as one execution environment would. */
export const RELAY = {
  name: 'relay',
  command: (task: Task, places: Ready) => ofRelay(task, places, CONCURRENCY),
  /** Gets all objects in one invocation. */
  commandAtOnce: (task: Task, places: Ready) => ofRelay(task, places, task.keys.length),
};

function ofRelay({ keys, sizeBytes, folder }: Task, places: Ready, batchSize: number) {
  const events = join(folder, 'events.json');
  writeFileSync(events, JSON.stringify(uploadEvents(places.source.bucket, keys, sizeBytes, batchSize)));
  const { environment, taskRoot } = places.functions.find(({ name }) => name === RELAY_FUNCTION)!;
  const env = { ...functionEnvironment(places, environment), LAMBDA_TASK_ROOT: taskRoot, BENCH_EVENTS: events };
  return { command: `${NODE} '${mover('relay')}'`, env };
}

/** What Lambda sets for a function besides its own variables. */
export function functionEnvironment(
  { url, caFile, region, relayKeys }: Ready,
  variables: Record<string, string>,
): NodeJS.ProcessEnv {
  return {
    ...MACHINE,
    ...variables,
    AWS_ACCESS_KEY_ID: relayKeys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: relayKeys.secretAccessKey,
    AWS_SESSION_TOKEN: relayKeys.sessionToken,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: url,
    AWS_LAMBDA_FUNCTION_NAME: RELAY_FUNCTION,
    NODE_EXTRA_CA_CERTS: caFile,
  };
}

export const PIPE: Contender = { name: 'bare https pipe', command: (task, places) => ofNode('pipe', task, places) };

export const LIB_STORAGE: Contender = {
  name: 'lib-storage, defaults',
  command: (task, places) => ofNode('lib-storage', task, places),
};

const RCLONE: Contender = {
  name: 'rclone',
  command: ({ keys }, { url, caFile, region, source, destination }) => {
    const remote = (name: string, { accessKeyId, secretAccessKey }: Keys) => ({
      [`RCLONE_CONFIG_${name}_TYPE`]: 's3',
      [`RCLONE_CONFIG_${name}_PROVIDER`]: 'Other',
      [`RCLONE_CONFIG_${name}_ENDPOINT`]: url,
      [`RCLONE_CONFIG_${name}_REGION`]: region,
      [`RCLONE_CONFIG_${name}_ACCESS_KEY_ID`]: accessKeyId,
      [`RCLONE_CONFIG_${name}_SECRET_ACCESS_KEY`]: secretAccessKey,
      [`RCLONE_CONFIG_${name}_FORCE_PATH_STYLE`]: 'true',
      [`RCLONE_CONFIG_${name}_NO_CHECK_BUCKET`]: 'true',
    });
    const from = `SRC:${source.bucket}`;
    const to = `DST:${destination.bucket}/${destination.prefix}`;
    const what = keys.length === 1 ? { verb: 'copyto', path: keys[0]! } : { verb: 'copy', path: folderOf(keys) };
    const options = `--config '' --ca-cert '${caFile}' --s3-acl bucket-owner-full-control --ignore-times --transfers ${CONCURRENCY} --checkers ${CONCURRENCY}`;
    const command = `rclone ${what.verb} ${options} '${from}/${what.path}' '${to}${what.path}'`;
    return { command, env: { ...MACHINE, ...remote('SRC', source.keys), ...remote('DST', destination.keys) } };
  },
};

/** The AWS CLI copies with one set of keys only, so two of them run: connected by a pipe or, for many objects, by a folder. */
const AWS_CLI: Contender = {
  name: 'aws s3 cp, twice',
  command: ({ keys, folder }, { url, caFile, region, source, destination }) => {
    const as = ({ accessKeyId, secretAccessKey }: Keys) =>
      `AWS_ACCESS_KEY_ID='${accessKeyId}' AWS_SECRET_ACCESS_KEY='${secretAccessKey}' aws --endpoint-url '${url}' s3 cp --quiet`;
    const from = `s3://${source.bucket}`;
    const to = `s3://${destination.bucket}/${destination.prefix}`;
    const [key] = keys;
    const start = folderOf(keys);
    const command =
      keys.length === 1
        ? `${as(source.keys)} '${from}/${key}' - | ${as(destination.keys)} - '${to}${key}'`
        : `${as(source.keys)} --recursive '${from}/${start}' '${folder}/objects' && ${as(destination.keys)} --recursive '${folder}/objects' '${to}${start}'`;
    return { command, env: { ...MACHINE, AWS_CA_BUNDLE: caFile, AWS_REGION: region } };
  },
};

/** The tools that this machine has. */
export function installedTools(): Contender[] {
  const has = (program: string, argument: string) => spawnSync(program, [argument], { env: MACHINE }).status === 0;
  return [...(has('rclone', 'version') ? [RCLONE] : []), ...(has('aws', '--version') ? [AWS_CLI] : [])];
}

function ofNode(name: string, { keys }: Task, { url, caFile, region, source, destination }: Ready) {
  const job: Job = { url, region, source, destination, keys, concurrency: CONCURRENCY };
  return {
    command: `${NODE} '${mover(name)}'`,
    env: { ...MACHINE, NODE_EXTRA_CA_CERTS: caFile, BENCH_JOB: JSON.stringify(job) },
  };
}

/** The folder that all keys of a task have in common. */
function folderOf([key = '']: readonly string[]): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

function mover(name: string): string {
  return fileURLToPath(new URL(`movers/${name}.ts`, import.meta.url));
}
