import { expect, test } from 'vitest';
import { z } from 'zod';
import { plannedChanges } from '../../../templates/planned-changes.ts';
import { resourceType } from '../../../templates/resource-type.ts';
import { Stack } from '../../../templates/stack.ts';

const types = {
  T: resourceType(z.strictObject({}), {
    replacedBy: ['Name' as never],
    create: () => ({ ref: '', attributes: {} }),
    remove: () => undefined,
  }),
};
const id = { name: 'S', account: '111111111111', region: 'us-east-1' };

/** A stack in which Queue is called `q` and Policy names it. */
function stackOf(): Stack {
  const template = { Resources: {} };
  const stack = new Stack(id, { template, parameters: {}, outputs: {}, exports: {} }, Date.now);
  const add = (logicalId: string, resolved: Record<string, string>) =>
    stack.resources.set(logicalId, {
      ...{ logicalId, type: 'T', resolved, properties: {}, answers: { ref: `made-${logicalId}`, attributes: {} } },
      ...{ context: {} as never, deletionPolicy: 'Delete', updateReplacePolicy: 'Delete' },
    });
  add('Queue', { Name: 'q', Delay: '1' });
  add('Policy', { Name: 'made-Queue', Text: 'made-Queue' });
  return stack;
}

const planned = (Resources: Record<string, Record<string, unknown>>) => {
  const resources = Object.entries(Resources).map(([name, Properties]) => [name, { Type: 'T', Properties }]);
  const desired = { template: { Resources: Object.fromEntries(resources) }, parameters: {} };
  return plannedChanges(stackOf(), desired, { types, exported: () => undefined });
};
const POLICY = { Name: { Ref: 'Queue' }, Text: { 'Fn::Sub': '${Queue}' } };

test('what stays as it is is no change', () => {
  expect(planned({ Queue: { Name: 'q', Delay: '1' }, Policy: POLICY })).toEqual([]);
});

test('a change in place concerns nobody else', () => {
  expect(planned({ Queue: { Name: 'q', Delay: '2' }, Policy: POLICY })).toMatchObject([
    { action: 'Modify', logicalId: 'Queue', replacement: 'False', properties: [{ name: 'Delay' }] },
  ]);
});

test('another resource in its place changes those that refer to it, in a way that is not known yet', () => {
  expect(planned({ Queue: { Name: 'other', Delay: '1' }, Policy: POLICY })).toMatchObject([
    { logicalId: 'Queue', replacement: 'True', properties: [{ name: 'Name', requiresRecreation: 'Always' }] },
    {
      logicalId: 'Policy',
      replacement: 'Conditional',
      properties: [
        { name: 'Name', requiresRecreation: 'Always', causedBy: 'Queue' },
        { name: 'Text', requiresRecreation: 'Never', causedBy: 'Queue' },
      ],
      after: { Text: '{{changeSet:KNOWN_AFTER_APPLY}}' },
    },
  ]);
});

test('what comes and what goes is told', () => {
  const changes = planned({ New: { Name: 'n' }, Policy: { ...POLICY, Name: { Ref: 'New' }, Text: 'made-Queue' } });
  expect(changes).toMatchObject([
    { action: 'Add', logicalId: 'New', after: { Name: 'n' } },
    { action: 'Modify', logicalId: 'Policy', properties: [{ name: 'Name', causedBy: 'New' }] },
    { action: 'Remove', logicalId: 'Queue', physicalId: 'made-Queue', before: { Name: 'q' } },
  ]);
});
