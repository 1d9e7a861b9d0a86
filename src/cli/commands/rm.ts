import type { Command } from 'commander';

import { RagError } from '../../errors.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { duration } from '../options.ts';
import { oneLine } from '../style.ts';

export function rmCommand(app: App, exit: Exit): Command {
  const command = verb('rm', 'take documents out of this home; the files stay', [
    'rag rm docs/old.pdf',
    'rag rm "drafts/**"',
  ])
    .argument('<source...>', 'sources as rag list names them, or globs')
    .option('--wait <time>', 'wait this long for another writer', duration);
  return handle<{ wait?: number }>(command, app, exit, async (run, options, ...names) => {
    const removed = await remove(run, names, options.wait);
    return { result: { removed }, text: [...removed.map(oneLine), run.say.removed(removed.length)].join('\n') };
  });
}

async function remove(run: Invocation, names: string[], wait: number | undefined): Promise<string[]> {
  const client = await run.client();
  if (client) {
    const { baseOf } = await import('../stack.ts');
    const { namesOf } = await import('../../client/spaces.ts');
    const known = await client.known(run.io.signal);
    const sources = await wanted(run, known.stamps.keys(), names, await baseOf(run), namesOf(known).here);
    return client.forget(sources, run.io.signal);
  }
  const context = await run.context();
  const { forget } = await import('../../wiring.ts');
  const stamps = await (await context.reader()).stamps();
  return forget(context, await wanted(run, stamps.keys(), names, context.root), wait);
}

/**
 * Sources that the names mean: sources, paths from the current folder, folders, globs; by the names they have here, too. Throws
 * RagError('not_found') for one that means none.
 */
async function wanted(
  run: Invocation,
  stamps: Iterable<string>,
  names: string[],
  root: string,
  here = (source: string) => source,
): Promise<string[]> {
  const { default: picomatch } = await import('picomatch');
  const { sourceName } = await import('../../pipeline/walk.ts');
  const { resolve } = await import('node:path');
  const known = [...stamps];
  const found = new Set<string>();
  for (const name of names) {
    const source = sourceName(root, resolve(run.app.cwd, name));
    const match = picomatch(name, { dot: true });
    const means = (one: string) =>
      one === name || one === source || one.startsWith(`${source}/`) || one.startsWith(`${source}!/`) || match(one);
    const matching = known.filter((one) => means(one) || means(here(one)));
    if (matching.length === 0)
      throw new RagError('not_found', `no document ${oneLine(name)} in this home; nothing was removed`, {
        hint: 'rag list names them',
        zhHint: 'rag list 列出所有文档',
        zh: `此库中没有文档 ${oneLine(name)}；未移除任何内容`,
      });
    for (const one of matching) found.add(one);
  }
  return [...found].sort();
}
