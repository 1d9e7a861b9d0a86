import { Command } from 'commander';
import { type App, type Exit, handle, verb } from '../app.ts';
import { confirm } from '../confirm.ts';
import { migrateHomeCommand } from './migrate-home.ts';

export function migrateCommand(app: App, exit: Exit): Command {
  const group = new Command('migrate').description('bring a server home up, or move it');
  const database = verb('database', 'tables, collection and bucket of a server home, as this version wants them', [
    'RAG_STORE=server rag migrate database --plan',
    'RAG_STORE=server rag migrate database --yes',
  ]).option('--plan', 'only say what would be done');
  handle<{ plan?: boolean }>(database, app, exit, async (run, { plan }) => {
    const { preparations } = await import('../../preparations.ts');
    const steps = await preparations(await run.context());
    const due: { title: string; place: string; detail: string }[] = [];
    for (const { title, place, pending } of steps) {
      const detail = await pending();
      if (detail !== undefined) due.push({ title, place, detail });
    }
    const lines = due.map(({ title, place, detail }) => `${title} (${place}): ${detail}`);
    if (plan) return { result: { plan: due }, text: lines.join('\n') || run.say.migrate.nothing };
    if (due.length > 0) await confirm(run, `${lines.join('\n')}\n${run.say.migrate.ask}`);
    for (const { title, prepare } of steps) {
      run.io.report({ type: 'note', message: title });
      await prepare();
    }
    return { result: { done: due }, text: due.length === 0 ? run.say.migrate.nothing : run.say.migrate.done(lines) };
  });
  return group.addCommand(database).addCommand(migrateHomeCommand(app, exit));
}
