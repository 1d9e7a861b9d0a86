import type { Command } from 'commander';
import { formatBytes } from '../../units.ts';
import { type App, type Exit, handle, verb } from '../app.ts';

export function statusCommand(app: App, exit: Exit): Command {
  const command = verb('status', 'what is in this home, and how much of it is embedded', [
    'rag status',
    'rag status --json',
  ]);
  return handle(command, app, exit, async (run) => {
    const { staleTokens } = await import('../../pipeline/fingerprint.ts');
    const context = await run.context();
    const store = await context.reader();
    const { documents, chunks, embedded, bytes, versions } = await store.coverage();
    const { model, runtimes, ...index } = await store.fingerprint();
    const result = {
      documents,
      chunks,
      embedded,
      bytes,
      model: model ?? null,
      home: context.root,
      versions,
      runtimes,
      index,
    };
    const { say } = run;
    const lines = [
      `home      ${context.root}`,
      `documents ${documents} (${formatBytes(bytes)})${versions > 0 ? `, ${versions} older versions (rag prune)` : ''}`,
      `passages  ${say.embedded(embedded, chunks)}${embedded < chunks ? ` (${say.resume})` : ''}`,
      `model     ${model ?? '–'}`,
      ...Object.entries(runtimes).map(([runtime, n]) => `          ${n} × ${runtime}`),
      ...(staleTokens({ ...index, runtimes }) ? [say.staleTokens] : []),
    ];
    return { result, text: documents === 0 ? say.empty : lines.join('\n') };
  });
}
