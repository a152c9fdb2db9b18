/** The local AWS's IAM and a naive one, written from the same documentation, decide alike in every question that is drawn. */
import { expect, test } from 'vitest';
import { IamAuthorizer, Random } from '../../../emulator/index.ts';
import { IS_SWEEP } from '../../support/sweep.ts';
import { drawQuestion, NOW } from './draw.ts';
import { isAllowed, type NaivePolicy, type Question, type Who } from './naive.ts';

const QUESTIONS = 20_000;
const SEEDS = IS_SWEEP ? Array.from({ length: 50 }, (_, index) => index + 1) : [1];

type Settings = ConstructorParameters<typeof IamAuthorizer>;
type AccessRequest = Parameters<IamAuthorizer['isAllowed']>[0];
type Principal = AccessRequest['caller']['principal'];

function principalOf(who: Who, sessionPolicies: NaivePolicy[]): Principal {
  switch (who.kind) {
    case 'anonymous':
    case 'service':
      return who;
    case 'root':
      return { ...who, arn: `arn:aws:iam::${who.account}:root` };
    case 'user':
      return {
        kind: 'user',
        account: who.account,
        name: who.name,
        userId: who.id,
        arn: `arn:aws:iam::${who.account}:user/${who.name}`,
      };
    case 'session':
      return {
        kind: 'session',
        account: who.account,
        roleName: who.role,
        roleArn: `arn:aws:iam::${who.account}:role/${who.role}`,
        roleId: who.id,
        sessionName: who.session,
        arn: `arn:aws:sts::${who.account}:assumed-role/${who.role}/${who.session}`,
        sessionPolicies,
        issuedAt: new Date(who.issued),
      };
  }
}

function decide(question: Question): boolean {
  const {
    who,
    action,
    resource,
    owner,
    context,
    identity,
    boundary,
    session,
    resourcePolicy,
    scps = [],
    rcps,
  } = question;
  const held = {
    policies: identity.map((document, index) => ({ name: `p${index}`, document })),
    permissionsBoundary: boundary,
    tags: new Map(Object.entries('tags' in who ? who.tags : {})),
  };
  const identities: Settings[0] = {
    findUserByArn: () => (who.kind === 'user' ? { ...held, userId: who.id } : undefined),
    findRoleByArn: () => (who.kind === 'session' ? { ...held, roleId: who.id } : undefined),
  };
  const controls: Settings[1] = {
    organizationOf: (account) =>
      'account' in who && account === who.account && account !== owner
        ? question.callerOrganization
        : question.ownerOrganization,
    serviceControlsOf: () => scps,
    resourceControlsOf: () => rcps,
  };
  const authorizer = new IamAuthorizer(identities, controls, () => Date.parse(NOW));
  const caller = { principal: principalOf(who, session), context: {} };
  return authorizer.isAllowed({ caller, action, resource, resourceAccount: owner, resourcePolicy, context });
}

test.each(SEEDS)(`${QUESTIONS} questions of seed %i`, (seed) => {
  const random = new Random(seed, 'authorization');
  let allowed = 0;
  for (let number = 1; number <= QUESTIONS; number++) {
    const question = drawQuestion(random);
    const expected = isAllowed(question);
    if (decide(question) !== expected) {
      expect.fail(
        `question ${number} of seed ${seed}: the naive IAM ${expected ? 'allows' : 'denies'} ${JSON.stringify(question)}`,
      );
    }
    if (expected) allowed++;
  }
  // Neither answer is so rare that a wrong one would hide.
  expect(allowed).toBeGreaterThan(QUESTIONS / 6);
  expect(allowed).toBeLessThan(QUESTIONS / 2);
});
