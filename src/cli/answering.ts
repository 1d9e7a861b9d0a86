import type { AnswerDeps, AnswerResult } from '../pipeline/answer.ts';
import type { Io } from '../types.ts';
import type { Invocation } from './app.ts';
import { searchDeps } from './commands/search.ts';
import { place } from './messages.ts';
import { oneLine, printable } from './style.ts';

/** What `query` and `chat` share: drivers, where tokens go, and how sources are named. */
export async function answerDeps(run: Invocation): Promise<AnswerDeps> {
  const context = await run.context();
  const generator = await context.generator();
  run.io.report({ type: 'note', message: generator ? run.say.answeredBy(generator.id) : run.say.extractive });
  return { ...(await searchDeps(run)), generator: async () => generator };
}

/** Tokens go to the screen as they come, other events where they always go. */
export function streaming(run: Invocation): { io: Io; live: boolean } {
  const live = run.app.stdout.isTTY === true && !run.options.json;
  const report: Io['report'] = (event) => {
    if (event.type !== 'token' || run.options.json) run.io.report(event);
    else if (live) run.print(printable(event.text));
  };
  return { live, io: { ...run.io, report } };
}

/** `[1] docs/report.pdf › p. 3 › "exact quote"` */
export function sources(
  { say, style }: Pick<Invocation, 'say' | 'style'>,
  { citations, unsupported }: Pick<AnswerResult, 'citations' | 'unsupported'>,
): string {
  const lines = citations.map(({ n, source, locator, quote, warnings }) => {
    const where = [oneLine(source), place(say, locator)].filter(Boolean).join(' › ');
    const warning = warnings ? `\n    ! ${say.instruction}` : '';
    return `[${n}] ${style.link(where)} › “${printable(quote).replace(/\s+/g, ' ')}”${warning}`;
  });
  const doubts = unsupported.map((sentence) => `? ${say.unsupported}: ${printable(sentence)}`);
  if (lines.length + doubts.length === 0) return '';
  return `\n${style.bold(say.sources)}\n${[...lines, ...doubts].join('\n')}`;
}
