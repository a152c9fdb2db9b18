import { expect, test } from 'vitest';
import { Steps } from '../../../../services/dynamodb/steps.ts';

test('a pause waits for what is under way, and holds what comes after it', async () => {
  const steps = new Steps();
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const running = steps.run(async () => {
    await first.promise;
    told.push('first');
  });
  const pausing = steps.pause().then((goOn) => {
    told.push('paused');
    return goOn;
  });
  const second = steps.run(async () => void told.push('second'));
  await new Promise(setImmediate);
  expect(told).toEqual([]);
  first.resolve();
  const goOn = await pausing;
  await new Promise(setImmediate);
  expect(told).toEqual(['first', 'paused']);
  goOn();
  await Promise.all([running, second]);
  expect(told).toEqual(['first', 'paused', 'second']);
});

test('one that fails is over as well', async () => {
  const steps = new Steps();
  const failing = steps.run(() => Promise.reject(new Error('refused')));
  const pausing = steps.pause();
  await expect(failing).rejects.toThrow('refused');
  (await pausing)();
});
