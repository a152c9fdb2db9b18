/**
 * Takes one statement, or one condition of the trust, away from the synthesized templates at a time, and looks what breaks:
 * a grant that nobody would miss is a grant too many, and a refusal that nothing holds up is no refusal.
 */
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, inject, test } from 'vitest';
import { readAssembly, type StackInput } from '../../../local/assembly.ts';
import { LARGE_LOG_GROUP, putSparse, startLarge } from '../../support/large.ts';
import { listener } from '../../support/listener.ts';
import { assumeWriter, lambdaKeys } from '../../support/sessions.ts';
import { strangers } from '../../support/strangers.ts';
import {
  ACCOUNT_A,
  changeEnvironment,
  changeProperties,
  DESTINATION_BUCKET,
  PREFIX,
  RELAY_LOG_GROUP,
  RELAY_ROLE_ARN,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

interface Statement {
  Sid?: string;
  Effect: string;
  Condition?: Record<string, Record<string, unknown>>;
}

interface PolicyPlace {
  /** For people: the resource and the policy in it. */
  name: string;
  statements: Statement[];
}

/** More than the relay is to be short of time for, below. */
const LARGE_BYTES = 41 * 1024 ** 2;

/** What must hold of the whole; each check names what a user would notice. */
const CHECKS: Record<string, (world: TwoAccounts) => Promise<boolean>> = {
  'an uploaded file is delivered': async (world) => {
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'dropped', Body: 'x' }));
    return within(async () => {
      await world.b.s3.send(new HeadObjectCommand({ Bucket: DESTINATION_BUCKET, Key: `${PREFIX}dropped` }));
      return true;
    });
  },
  'a file deleted before its turn is told apart from a forbidden one': async (world) => {
    const { payload } = await world.invoke({ key: 'never-uploaded.txt' });
    return (payload as { errorType?: string }).errorType === 'SourceMissing';
  },
  'a message that cannot be relayed reaches the dead-letter queue': async (world) => {
    await world.invoke({ Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: 'not JSON' }] });
    return (await world.deadLetters()).length === 1;
  },
  'what was delivered has its receipt': (world) =>
    within(async () => (await world.ledgerItem('dropped'))?.['status'] === 'delivered'),
  'what was delivered is told on the event bus': (world) =>
    within(async () => (await world.take(world.cloud.outputs('listener')['QueueUrl']!)).length > 0),
  'a message that may succeed later comes back soon': async (world) => {
    // More than the rest of the invocation could move, see `shortOfTime`.
    const Body = Buffer.alloc(40 * 1024 ** 2);
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'slow', Body }));
    return within(async () => world.cloud.logs.lines(RELAY_LOG_GROUP).some((line) => line.includes('"receives":2')));
  },
  'a large object is delivered': async (world) => {
    await putSparse(world, 'large', LARGE_BYTES + 1);
    return within(async () => (await world.ledgerItem('large'))?.['transferKind'] === 'large');
  },
  'an object that relay-large finds changed goes back to the queue': async (world) => {
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'small', Body: 'x' }));
    await startLarge(world, { route: 'main', key: 'small' });
    return within(async () => world.cloud.logs.lines(LARGE_LOG_GROUP).some((line) => line.includes('handed back')));
  },
  'the relay’s log is written': (world) => within(async () => world.cloud.logs.lines(RELAY_LOG_GROUP).length > 0),
  'another role of account A cannot become the writer': (world) =>
    isRefused(assumeWriter(world.as(lambdaKeys(world, `arn:aws:iam::${ACCOUNT_A}:role/another-role`)))),
  'the relay cannot become the writer without the external id': (world) =>
    isRefused(assumeWriter(world.as(lambdaKeys(world, RELAY_ROLE_ARN)), { ExternalId: 'guessed' })),
};

/** The names of the checks that fail; a world that cannot even be deployed fails as a whole. */
async function broken(change: (stacks: StackInput[]) => void): Promise<string[]> {
  let world: TwoAccounts;
  try {
    world = await startTwoAccounts({
      change: (stacks) => {
        shortOfTime(stacks);
        change(stacks);
      },
      last: [strangers(), listener()],
    });
  } catch (error) {
    return [`deployment: ${(error as Error).message}`];
  }
  try {
    const outcomes = await Promise.all(
      Object.entries(CHECKS).map(async ([name, check]) => ((await check(world)) ? [] : [name])),
    );
    return outcomes.flat();
  } finally {
    await world.close();
  }
}

/** Four seconds an invocation of the relay, and a second between tries. */
function shortOfTime(stacks: StackInput[]): void {
  changeProperties(stacks, 'AWS::Lambda::Function', { Timeout: 4 }, 'upload-relay');
  changeEnvironment(stacks, { RETRY_DELAY_SECONDS: '1', LARGE_OBJECT_BYTES: String(LARGE_BYTES) });
}

/** The identity policies and the trust policies of the roles, of both stacks. */
function policiesOf(stacks: StackInput[]): PolicyPlace[] {
  return stacks.flatMap(({ template }) =>
    Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
      const properties = Properties as unknown as {
        PolicyDocument?: { Statement: Statement[] };
        Policies?: { PolicyName: string; PolicyDocument: { Statement: Statement[] } }[];
        AssumeRolePolicyDocument?: { Statement: Statement[] };
      };
      if (Type === 'AWS::IAM::Policy') return [{ name: id, statements: properties.PolicyDocument!.Statement }];
      if (Type !== 'AWS::IAM::Role') return [];
      const inline = (properties.Policies ?? []).map(({ PolicyName, PolicyDocument }) => ({
        name: `${id}/${PolicyName}`,
        statements: PolicyDocument.Statement,
      }));
      return [...inline, { name: `${id}/trust`, statements: properties.AssumeRolePolicyDocument!.Statement }];
    }),
  );
}

async function within(look: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 250; tries++) {
    if (await look().catch(() => false)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

function isRefused(assumed: Promise<unknown>): Promise<boolean> {
  return assumed.then(
    () => false,
    (error: Error) => error.name === 'AccessDenied',
  );
}

test('with nothing taken away, nothing is broken', async () => {
  expect(await broken(() => undefined)).toEqual([]);
});

describe('every statement is missed when it is taken away', () => {
  test.each([
    ['WriteLogs', 'the relay’s log is written'],
    ['TakeMessages', 'deployment: .*does not have permissions to call ReceiveMessage on SQS'],
    ['ReadObjects', 'an uploaded file is delivered'],
    ['TellMissingObjects', 'a file deleted before its turn is told apart from a forbidden one'],
    ['AssumeWriterRoles', 'an uploaded file is delivered'],
    ['PostponeMessages', 'a message that may succeed later comes back soon'],
    ['WriteReceipts', 'what was delivered has its receipt'],
    ['PutEvents', 'what was delivered is told on the event bus'],
    ['StartLargeObjects', 'a large object is delivered'],
    ['KeepCheckpoints', 'a large object is delivered'],
    ['InvokeWorkers', 'a large object is delivered'],
    ['HandBack', 'an object that relay-large finds changed goes back to the queue'],
    ['SetMessagesAside', 'a message that cannot be relayed reaches the dead-letter queue|deployment: .*'],
    ['PutObjects', 'an uploaded file is delivered'],
  ])('%s', async (sid, consequence) => {
    let removed = 0;
    const failed = await broken((stacks) => {
      for (const { statements } of policiesOf(stacks)) {
        const at = statements.findIndex(({ Sid }) => Sid === sid);
        if (at !== -1) removed += statements.splice(at, 1).length;
        // A policy without statements is refused; one that allows nothing real stands in for it.
        if (statements.length === 0) statements.push(NOTHING);
      }
    });
    expect(removed).toBe(1);
    expect(failed.join('\n')).toMatch(new RegExp(consequence));
  });

  const NOTHING = {
    Sid: 'Nothing',
    Effect: 'Deny',
    Action: 'sts:DecodeAuthorizationMessage',
    Resource: '*',
  } as Statement;

  test('these are all the statements there are', () => {
    const identity = policiesOf(readAssembly(inject('assembly'))).filter(({ name }) => !name.endsWith('/trust'));
    const seen = identity.flatMap(({ statements }) => statements.map(({ Sid }) => Sid ?? 'no Sid'));
    expect(seen.toSorted()).toEqual([
      'AssumeWriterRoles',
      'HandBack',
      'InvokeWorkers',
      'KeepCheckpoints',
      'PostponeMessages',
      'PutEvents',
      'PutObjects',
      'ReadObjects',
      'SetMessagesAside',
      'StartLargeObjects',
      'TakeMessages',
      'TellMissingObjects',
      'WriteLogs',
      'WriteReceipts',
    ]);
  });
});

describe('every condition of the writer’s trust is missed when it is taken away', () => {
  test.each([
    ['ArnEquals', 'another role of account A cannot become the writer'],
    ['StringEquals', 'the relay cannot become the writer without the external id'],
  ])('%s', async (operator, consequence) => {
    let removed = 0;
    const failed = await broken((stacks) => {
      for (const { Condition } of policiesOf(stacks).flatMap(({ name, statements }) =>
        name.endsWith('/trust') ? statements : [],
      )) {
        if (Condition?.[operator]) removed += Number(delete Condition[operator]);
      }
    });
    expect(removed).toBe(1);
    expect(failed).toEqual([consequence]);
  });
});

describe('what lets uploads through is missed as well', () => {
  test('without the queue’s policy for S3 the deployment is refused, as AWS refuses it', async () => {
    const failed = await broken((stacks) => {
      for (const { template } of stacks) {
        for (const { Type, Properties } of Object.values(template.Resources)) {
          if (Type !== 'AWS::SQS::QueuePolicy') continue;
          const { Statement } = (Properties as unknown as { PolicyDocument: { Statement: Statement[] } })
            .PolicyDocument;
          const at = Statement.findIndex(({ Sid }) => Sid === 'SendUploads');
          if (at !== -1) Statement.splice(at, 1);
        }
      }
    });
    expect(failed.join()).toContain('Unable to validate the following destination configurations');
  });
});
