import type { Command } from 'commander';

import { RagError } from '../../errors.ts';
import { type App, type Exit, handle, verb } from '../app.ts';
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
    const { default: picomatch } = await import('picomatch');
    const { sourceName } = await import('../../pipeline/walk.ts');
    const { resolve } = await import('node:path');
    const context = await run.context();
    const { store, release } = await context.writer(options.wait);
    try {
      const known = [...(await store.stamps()).keys()];
      const wanted = new Set<string>();
      for (const name of names) {
        const source = sourceName(context.root, resolve(app.cwd, name));
        const match = picomatch(name, { dot: true });
        const matching = known.filter(
          (one) =>
            one === name ||
            one === source ||
            one.startsWith(`${source}/`) ||
            one.startsWith(`${source}!/`) ||
            match(one),
        );
        if (matching.length === 0)
          throw new RagError('not_found', `no document ${oneLine(name)} in this home; nothing was removed`, {
            hint: 'rag list names them',
            zh: `此库中没有文档 ${oneLine(name)}；未移除任何内容`,
          });
        for (const one of matching) wanted.add(one);
      }
      const removed = [];
      for (const source of [...wanted].sort()) if (await store.remove(source)) removed.push(source);
      return { result: { removed }, text: [...removed.map(oneLine), run.say.removed(removed.length)].join('\n') };
    } finally {
      await release();
    }
  });
}
