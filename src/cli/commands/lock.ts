import { rm } from 'node:fs/promises';
import { Command } from 'commander';
import { RagError } from '../../errors.ts';
import { type App, type Exit, handle, verb } from '../app.ts';

/** The lock of a stack's folder: whose it is, and away with it when nobody is behind it any more. */
export function lockCommand(app: App, exit: Exit): Command {
  const group = new Command('lock').description('who changes a stack at this moment');
  const where = (command: Command) =>
    command.option('--dir <folder>', 'folder of the stack (default: nearest one upward with rag.stack.yaml)');

  const status = where(
    verb('status', 'who holds it, since when, and whether they still live', [
      'rag lock status',
      'rag lock status --json',
    ]),
  );
  handle<{ dir?: string }>(status, app, exit, async (run, options) => {
    const { folderOf } = await import('../stack-plan.ts');
    const { holderOf, isStale } = await import('../../ops/lock.ts');
    const holder = await holderOf(folderOf(run, options));
    if (holder === undefined) return { result: { held: false }, text: run.lang === 'zh' ? '未被锁定' : 'not locked' };
    const stale = isStale(holder);
    const { who, host, pid, since } = holder;
    const text = `rag ${holder.verb}: ${who}@${host}, ${pid}, ${since}${stale ? (run.lang === 'zh' ? '（无响应）' : ' (no sign of life)') : ''}`;
    return { result: { held: true, stale, ...holder }, text };
  });

  const breaking = where(
    verb('break', 'take away a lock that nobody is behind any more', [
      'rag lock break --reason "the machine was switched off"',
    ]),
  ).requiredOption('--reason <text>', 'why; it is said to whoever asks');
  handle<{ dir?: string; reason: string }>(breaking, app, exit, async (run, options) => {
    const { folderOf } = await import('../stack-plan.ts');
    const { holderOf, isStale, lockOf } = await import('../../ops/lock.ts');
    const folder = folderOf(run, options);
    const holder = await holderOf(folder);
    if (holder && !isStale(holder) && !run.options.yes)
      throw new RagError(
        'refused',
        `rag ${holder.verb} of ${holder.who}@${holder.host} is at work: its lock was not broken`,
        {
          hint: 'wait for it; or, if you are sure: rag lock break --reason "…" --yes',
          zhHint: '请等它结束；若您确定：rag lock break --reason "…" --yes',
          zh: `${holder.who}@${holder.host} 的 rag ${holder.verb} 正在运行：未解除锁定`,
        },
      );
    await rm(lockOf(folder), { recursive: true, force: true });
    const message = `lock of ${holder ? `rag ${holder.verb}, ${holder.who}@${holder.host}` : 'nobody'} broken: ${options.reason}`;
    run.io.report({ type: 'note', message });
    return {
      result: { broken: holder !== undefined, reason: options.reason, ...(holder ? { holder } : {}) },
      text: '',
    };
  });
  return group.addCommand(status).addCommand(breaking);
}
