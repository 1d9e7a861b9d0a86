import { expect, it } from 'vitest';
import { breaker } from '../../src/breaker.ts';
import { RagError } from '../../src/errors.ts';

const down = async () => {
  throw new RagError('unavailable', 'nobody there');
};
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('asks nobody for a while after some failures in a row, then one, and all again when that one is answered', async () => {
  const guarded = breaker('Redis', { failures: 3, restMs: 100 });
  let asked = 0;
  const ask = (work: () => Promise<unknown>) =>
    guarded(() => {
      asked++;
      return work();
    });
  for (let i = 0; i < 3; i++) await expect(ask(down)).rejects.toThrow('nobody there');
  await expect(ask(async () => 1)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('Redis'),
  });
  expect(asked).toBe(3);
  await soon(120);
  const first = ask(() => soon(20).then(down));
  await expect(ask(async () => 1)).rejects.toThrow('in a moment');
  await expect(first).rejects.toThrow('nobody there');
  await expect(ask(async () => 1)).rejects.toThrow('in a moment');
  await soon(120);
  expect(await ask(async () => 'back')).toBe('back');
  expect(await Promise.all([ask(async () => 1), ask(async () => 2)])).toEqual([1, 2]);
});

it('lets what is no sign of a service that is down pass, and forgets failures after a success', async () => {
  const guarded = breaker('Redis', { failures: 2, restMs: 1000 });
  const missing = async () => {
    throw new RagError('not_found', 'no such key');
  };
  for (let i = 0; i < 5; i++) await expect(guarded(missing)).rejects.toThrow('no such key');
  for (let i = 0; i < 5; i++) {
    await expect(guarded(down)).rejects.toThrow('nobody there');
    await guarded(async () => {});
  }
});
