import { type Command, InvalidArgumentError } from 'commander';
import { RagError } from '../../errors.ts';
import type { DocumentChange } from '../../pipeline/diff.ts';
import { type App, type Exit, handle, verb } from '../app.ts';
import { until } from '../options.ts';
import { oneLine } from '../style.ts';

export function diffCommand(app: App, exit: Exit): Command {
  const command = verb('diff', 'documents and passages that came, changed or went between two dates', [
    'rag diff 2026-01-31',
    'rag diff 2026-01-31 2026-02-28 --json',
  ])
    .argument('<date>', 'as it was then; a bare day means its end')
    .argument('[date]', 'compared with then (default: now)');
  return handle(command, app, exit, async (run, _options, from, to) => {
    const { diff } = await import('../../pipeline/diff.ts');
    const store = await (await run.context()).reader();
    const input = { from: moment(from!), ...(to === undefined ? {} : { to: moment(to) }) };
    if (input.to !== undefined && input.to < input.from)
      throw new RagError('usage', `${to} is before ${from}`, {
        hint: `rag diff ${to} ${from}`,
        zh: `${to} 早于 ${from}`,
      });
    const result = await diff(store, input);
    const line = (sign: string, { source, passages }: DocumentChange) =>
      `${sign} ${oneLine(source)}  ${[passages.added && `+${passages.added}`, passages.removed && `-${passages.removed}`].filter(Boolean).join(' ')}`;
    const lines = [
      ...result.added.map((change) => line('+', change)),
      ...result.changed.map((change) => line('~', change)),
      ...result.removed.map((change) => line('-', change)),
    ];
    return { result, text: lines.length === 0 ? run.say.noChange : lines.join('\n') };
  });
}

function moment(value: string): string {
  try {
    return until(value);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new RagError('usage', `${value}: ${error.message}`, { hint: 'rag diff 2026-01-31' });
  }
}
