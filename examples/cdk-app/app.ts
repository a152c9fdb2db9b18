// A bucket of one's own, a relay for it, and account B's side. Each stack is deployed with the credentials of its own account.
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { UploadDestination, UploadRelay, UploadRoute } from 'upload-relay';

const region = 'us-east-1';
const [a, b] = ['111111111111', '222222222222'];
const agreed = { externalId: 'agree-on-a-value-of-your-own', prefix: 'incoming/' };
const partnerBucket = 'cdk-app-incoming-222222222222';

const app = new App();

const uploads = new Stack(app, 'Uploads', { env: { account: a, region } });
const bucket = new Bucket(uploads, 'Bucket', { versioned: true, enforceSSL: true });
const relay = new UploadRelay(uploads, 'Relay', {
  source: bucket,
  routes: [UploadRoute.to({ name: 'partner', account: b, bucket: partnerBucket, ...agreed })],
  objective: { within: Duration.minutes(2) },
});

const operator = new Role(uploads, 'Operator', { assumedBy: new AccountRootPrincipal() });
relay.grantCheck(operator);
relay.grantReplay(operator);
relay.metricFailed().createAlarm(uploads, 'ManyFail', { threshold: 10, evaluationPeriods: 1 });

const partner = new Stack(app, 'Partner', { env: { account: b, region } });
new UploadDestination(partner, 'FromA', { bucketName: partnerBucket, relayAccount: a, ...agreed });
