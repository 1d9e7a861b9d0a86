import { expect, it } from 'vitest';
import { startHealthy } from '../../src/ops/health.ts';
import type { Runner } from '../../src/ops/step.ts';

/** A machine on which Compose says that all went well. */
const machine = (states: string[]): Runner & { argvs: string[] } => {
  const argvs: string[] = [];
  const out = (argv: readonly string[]) =>
    argv[1] === 'inspect' ? states.join('\n') : argv.includes('ps') ? states.map((_, i) => `id${i}`).join('\n') : '';
  return {
    argvs,
    async run(argv) {
      argvs.push(argv.join(' '));
      return { code: 0, err: '', out: `${out(argv)}\n` };
    },
    async write() {},
  };
};
const step = startHealthy(
  { title: 'start', zh: '启动' },
  ['docker', 'compose', 'up', '--wait'],
  ['api', 'worker'],
  '/srv/rag',
);
const io = { report() {}, signal: new AbortController().signal };

it('believes containers, not the exit code of Compose', async () => {
  const well = machine(['running healthy', 'running ']);
  await step.do(well, io);
  expect(well.argvs[0]).toBe(step.detail);
  for (const states of [
    ['running healthy', 'running starting'],
    ['running unhealthy', 'running '],
    ['running healthy', 'exited'],
    ['running healthy'],
  ])
    await expect(step.do(machine(states), io)).rejects.toMatchObject({ code: 'unavailable' });
});
