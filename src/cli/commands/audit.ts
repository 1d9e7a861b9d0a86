import type { Command } from 'commander';
import { accountsDoor } from '../accounts.ts';
import { type App, type Exit, handle, verb } from '../app.ts';
import { count } from '../options.ts';
import { oneLine } from '../style.ts';

export function auditCommand(app: App, exit: Exit): Command {
  const command = verb('audit', 'who did what in the server home, newest first', [
    'rag audit --home stack',
    'rag audit --limit 1000 --json',
  ]).option('--limit <n>', 'so many lines', count, 100);
  return handle<{ limit: number }>(command, app, exit, async (run, { limit }) => {
    const entries = await (await accountsDoor(run)).audit(limit);
    const lines = entries.map(({ at, who, action, target, address, result }) =>
      oneLine([at, who, action, target, address, result].filter((part) => part !== '').join('  ')),
    );
    return { result: { entries }, text: lines.join('\n') };
  });
}
