import { expect, it } from 'vitest';
import { openBreaker } from '../../src/breaker.ts';
import { RagError } from '../../src/errors.ts';

it('leaves a service alone that does not answer, lets one try after a rest, and goes on when that succeeds', async () => {
  let time = 0;
  let asked = 0;
  let broken = true;
  const breaker = openBreaker({ what: 'Qdrant', failures: 3, restMs: 100, now: () => time });
  const ask = () =>
    breaker(async () => {
      asked++;
      await Promise.resolve();
      if (broken) throw new RagError('unavailable', 'no answer');
      return 'here';
    });
  for (let i = 0; i < 5; i++) await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked).toBe(3);
  time = 100;
  const outcomes = await Promise.allSettled([ask(), ask(), ask()]);
  expect(asked).toBe(4);
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  broken = false;
  time = 150;
  await expect(ask()).rejects.toThrow('not answered 4 times');
  time = 200;
  await expect(ask()).resolves.toBe('here');
  await expect(Promise.all([ask(), ask()])).resolves.toEqual(['here', 'here']);
});

it('takes any other answer as a sign of life', async () => {
  const breaker = openBreaker({ what: 'PostgreSQL', failures: 2 });
  const fail = (code: 'unavailable' | 'config') =>
    breaker(async () => {
      throw new RagError(code, 'no');
    });
  for (const code of ['unavailable', 'config', 'unavailable', 'config'] as const)
    await expect(fail(code)).rejects.toThrow('no');
});
