import type { Command } from 'commander';
import type { Why, WhyInput } from '../../pipeline/why.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { printable } from '../style.ts';
import { inputOf, questionOf, type SearchOptions, searchDeps, withSearchFlags } from './search.ts';

interface Options extends SearchOptions {
  doc: string;
  passage?: string;
}

async function reason(run: Invocation, input: Omit<WhyInput, 'cwd' | 'root'>): Promise<Why> {
  const client = await run.client();
  if (client) {
    const { docMeant } = await import('../conversation.ts');
    return client.why({ ...input, doc: await docMeant(run, input.doc) }, run.io.signal);
  }
  const { why } = await import('../../pipeline/why.ts');
  const where = { cwd: run.app.cwd, root: (await run.context()).root };
  return why(await searchDeps(run), { ...input, ...where }, run.io);
}

export function whyCommand(app: App, exit: Exit): Command {
  const command = verb('why', 'why a passage was found, or where it got lost', [
    'rag why "how long are backups kept?" --doc docs/handbook.md',
    'rag why "备份保留多久？" --doc handbook.pdf --passage "35 days" -k 5',
  ])
    .argument('<question>', 'the question as it was asked')
    .requiredOption('--doc <path>', 'the document that should have been found')
    .option('--passage <text>', 'words of it that should have been found');
  withSearchFlags(command, 10);
  return handle<Options>(command, app, exit, async (run, options, text) => {
    const input = inputOf(options, questionOf(text, 'rag why "your question" --doc PATH'));
    const { doc, passage } = options;
    const result = await reason(run, { ...input, doc, ...(passage ? { passage } : {}) });
    const { say, style } = run;
    const lines = result.steps.map(
      (step) => `${step.ok ? '✓' : style.bold('✗')} ${say.stages[step.stage]}: ${printable(step.detail)}`,
    );
    return { result, text: [...lines, `→ ${printable(result.advice)}`].join('\n') };
  });
}
