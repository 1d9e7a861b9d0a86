import type { Command } from 'commander';
import { answerDeps, sources, streaming } from '../answering.ts';
import { type App, type Exit, handle, verb } from '../app.ts';
import { printable } from '../style.ts';
import { inputOf, questionOf, type SearchOptions, withSearchFlags } from './search.ts';

export function queryCommand(app: App, exit: Exit): Command {
  const command = verb('query', 'answer a question from your documents, with citations', [
    'rag query "how long are backups kept?"',
    'rag query "备份保留多久？" --in "handbook/**" --json',
  ]).argument('<text>', 'the question, in any language');
  withSearchFlags(command, 8);
  return handle<SearchOptions>(command, app, exit, async (run, options, text) => {
    const input = inputOf(options, questionOf(text, 'rag query "your question"'));
    const { io, live } = streaming(run);
    const client = await run.client();
    const { answer } = await import('../../pipeline/answer.ts');
    const result = client ? await client.query(input, io) : await answer(await answerDeps(run), input, io);
    return { result, text: (live ? '\n' : `${printable(result.answer)}\n`) + sources(run, result) };
  });
}
