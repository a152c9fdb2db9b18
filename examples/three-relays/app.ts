// Three relays in one stack: of a bucket that they create, of a bucket that is there already, and of a customer's bucket that is pulled.
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { UploadDestination, UploadReader, UploadRelay, UploadRoute } from 'upload-relay';

const region = 'us-east-1';
const [a, b, customer] = ['111111111111', '222222222222', '333333333333'];
const bucketName = 'three-relays-incoming-222222222222';
const externalId = 'agree-on-a-value-of-your-own';
const to = (name, more) => ({
  name,
  account: b,
  bucket: bucketName,
  prefix: `${name}/`,
  externalId,
  writerRoleName: `${name}-writer`,
  ...more,
});

const app = new App();

const relays = new Stack(app, 'Relays', { env: { account: a, region } });
new UploadRelay(relays, 'Invoices', {
  name: 'invoices',
  source: { bucketName: 'three-relays-invoices-111111111111' },
  routes: [UploadRoute.to(to('invoices', { filter: { suffix: '.pdf' }, createOnly: true }))],
});
new UploadRelay(relays, 'Orders', {
  name: 'orders',
  source: new Bucket(relays, 'OrdersBucket', { enforceSSL: true }),
  routes: [UploadRoute.to(to('orders', {}))],
  events: 'all',
});
const exported = {
  account: customer,
  bucket: 'three-relays-exports-333333333333',
  externalId: 'another-value-for-them',
};
new UploadRelay(relays, 'Exports', {
  name: 'exports',
  routes: [UploadRoute.pull(to('exports', { from: exported }))],
  replays: [{ name: 'hourly', schedule: ScheduleExpression.rate(Duration.hours(1)), route: 'exports' }],
});

const destination = new Stack(app, 'Destination', { env: { account: b, region } });
const incoming = new Bucket(destination, 'Incoming', { bucketName, enforceSSL: true });
for (const name of ['invoices', 'orders', 'exports']) {
  const relay = { relayAccount: a, relayRoleName: name, externalId };
  new UploadDestination(destination, name, {
    bucket: incoming,
    prefix: `${name}/`,
    roleName: `${name}-writer`,
    ...relay,
  });
}

const theirs = new Stack(app, 'Customer', { env: { account: customer, region } });
new UploadReader(theirs, 'ForA', {
  bucket: new Bucket(theirs, 'Exports', { bucketName: exported.bucket, enforceSSL: true }),
  relayAccount: a,
  relayRoleName: 'exports',
  replayRoleName: `exports-replay-${region}`,
  externalId: exported.externalId,
});
