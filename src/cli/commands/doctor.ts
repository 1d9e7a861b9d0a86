import type { Command } from 'commander';
import { type App, type Exit, handle, verb } from '../app.ts';

const MARKS = { ok: '✓', warn: '!', fail: '✗' } as const;

export function doctorCommand(app: App, exit: Exit): Command {
  const command = verb('doctor', 'check this machine, the home, models and providers; says what cures what', [
    'rag doctor',
    'rag doctor --repair',
  ]).option('--repair', 'rebuild the index from the stored text');
  return handle<{ repair?: boolean }>(command, app, exit, async (run, options) => {
    const { examine } = await import('../checks.ts');
    const context = await run.context();
    if (options.repair) {
      const { store, release } = await context.writer(undefined, { repair: true });
      await store.repair(run.io.signal).finally(release);
    }
    const checks = await examine(context, run.lang);
    const worst = checks.some((check) => check.status === 'fail')
      ? 5
      : checks.some((check) => check.status === 'warn')
        ? 3
        : 0;
    const lines = checks.map(
      ({ name, status, detail, hint }) => `${MARKS[status]} ${name}: ${detail}${hint ? `\n    ${hint}` : ''}`,
    );
    return { result: { checks }, text: lines.join('\n'), exit: worst };
  });
}
