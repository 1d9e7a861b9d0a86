import { Command } from 'commander';
import { RagError } from '../../errors.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
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
    if (due.length > 0) await agreed(run, lines);
    for (const { title, prepare } of steps) {
      run.io.report({ type: 'note', message: title });
      await prepare();
    }
    return { result: { done: due }, text: due.length === 0 ? run.say.migrate.nothing : run.say.migrate.done(lines) };
  });
  return group.addCommand(database).addCommand(migrateHomeCommand(app, exit));
}

/** Asks on a terminal. Elsewhere it goes on: nothing is taken away, only what is missing is added. */
async function agreed(run: Invocation, lines: string[]): Promise<void> {
  const { stdin, stderr } = run.app;
  if (run.options.yes || !stdin.isTTY) return;
  const { createInterface } = await import('node:readline/promises');
  const asking = createInterface({ input: stdin, output: stderr });
  const answer = await asking.question(`${lines.join('\n')}\n${run.say.migrate.ask} [y/N] `);
  asking.close();
  if (/^(y|yes|是)$/i.test(answer.trim())) return;
  throw new RagError('refused', 'nothing was changed', {
    hint: 'rag migrate database --yes does not ask',
    zh: '未做任何更改',
  });
}
