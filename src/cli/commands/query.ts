import type { Command } from 'commander';
import { RagError } from '../../errors.ts';
import type { AnswerResult } from '../../pipeline/answer.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { place } from '../messages.ts';
import { oneLine, printable } from '../style.ts';
import { inputOf, type SearchOptions, searchDeps, withSearchFlags } from './search.ts';

export function queryCommand(app: App, exit: Exit): Command {
  const command = verb('query', 'answer a question from your documents, with citations', [
    'rag query "how long are backups kept?"',
    'rag query "备份保留多久？" --in "handbook/**" --json',
  ]).argument('<text>', 'the question, in any language');
  withSearchFlags(command, 8);
  return handle<SearchOptions>(command, app, exit, async (run, options, text) => {
    if (!text?.trim()) throw new RagError('usage', 'the question is empty', { hint: 'rag query "your question"' });
    const { answer } = await import('../../pipeline/answer.ts');
    const context = await run.context();
    const live = app.stdout.isTTY === true && !run.options.json;
    const generator = await context.generator();
    run.io.report({ type: 'note', message: generator ? run.say.answeredBy(generator.id) : run.say.extractive });
    const io = {
      ...run.io,
      report: (event: Parameters<typeof run.io.report>[0]) => {
        if (event.type !== 'token') run.io.report(event);
        else if (run.options.json) run.io.report(event);
        else if (live) run.print(printable(event.text));
      },
    };
    const deps = { ...(await searchDeps(run)), generator: async () => generator };
    const result = await answer(deps, inputOf(options, text), io);
    return { result, text: (live ? '\n' : `${printable(result.answer)}\n`) + sources(run, result) };
  });
}

/** `[1] docs/report.pdf › p. 3 › "exact quote"` */
function sources({ say, style }: Invocation, { citations, unsupported }: AnswerResult): string {
  const lines = citations.map(({ n, source, locator, quote, warnings }) => {
    const where = [oneLine(source), place(say, locator)].filter(Boolean).join(' › ');
    const warning = warnings ? `\n    ! ${say.instruction}` : '';
    return `[${n}] ${style.link(where)} › “${printable(quote).replace(/\s+/g, ' ')}”${warning}`;
  });
  const doubts = unsupported.map((sentence) => `? ${say.unsupported}: ${printable(sentence)}`);
  if (lines.length + doubts.length === 0) return '';
  return `\n${style.bold(say.sources)}\n${[...lines, ...doubts].join('\n')}`;
}
