import type { Command } from 'commander';
import { formatBytes } from '../../units.ts';
import { type App, type Exit, handle, verb } from '../app.ts';

export function pruneCommand(app: App, exit: Exit): Command {
  const command = verb('prune', 'remove superseded versions and what nothing refers to', [
    'rag prune',
    'rag prune --json',
  ]);
  return handle(command, app, exit, async (run) => {
    const { store, release } = await (await run.context()).writer();
    try {
      const freed = await store.prune();
      return { result: { freed }, text: formatBytes(freed) };
    } finally {
      await release();
    }
  });
}
