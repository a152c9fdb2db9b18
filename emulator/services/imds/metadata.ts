/** What a machine's metadata service has under which path. */
import { type MachineCredentials, timestamp } from './machine-credentials.ts';

interface Facts {
  account: string;
  region: string;
  instanceId: string;
  credentials: MachineCredentials;
  clock: () => number;
}

const ZONE = 'a';

/** The text of a path; undefined for one that isn't there: this machine has no network, no image and no user data. */
export function metadataOf(path: string, facts: Facts): string | undefined {
  const tree = treeOf(facts);
  const known = tree[path.replace(/\/$/, '')];
  if (known !== undefined) return known();
  const folder = path.endsWith('/') ? path : `${path}/`;
  const below = Object.keys(tree).filter((each) => each.startsWith(folder));
  return below.length === 0 ? undefined : listing(below, folder);
}

/** A name a line; folders end with a slash. */
function listing(paths: string[], folder: string): string {
  const names = paths.map((path) => path.slice(folder.length).replace(/\/.*/, '/'));
  return [...new Set(names)].join('\n');
}

function treeOf({ account, region, instanceId, credentials, clock }: Facts): Record<string, () => string> {
  const { profile, role } = credentials;
  const json = (value: object) => JSON.stringify(value, null, 2);
  const iam = '/latest/meta-data/iam';
  const zone = `${region}${ZONE}`;
  return {
    ...(profile && {
      [`${iam}/info`]: () =>
        json({
          Code: 'Success',
          LastUpdated: timestamp(new Date(clock())),
          InstanceProfileArn: profile.arn,
          InstanceProfileId: profile.instanceProfileId,
        }),
    }),
    ...(role && { [`${iam}/security-credentials/${role.name}`]: () => json(credentials.document()!) }),
    '/latest/meta-data/instance-id': () => instanceId,
    '/latest/meta-data/placement/availability-zone': () => zone,
    '/latest/meta-data/placement/region': () => region,
    '/latest/dynamic/instance-identity/document': () =>
      json({ accountId: account, availabilityZone: zone, instanceId, region, version: '2017-09-30' }),
  };
}
