import type { Command } from 'commander';
import type { Coverage, Fingerprint } from '../../store/store.ts';
import { formatBytes } from '../../units.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';

async function state(run: Invocation): Promise<{ home: string; coverage: Coverage; fingerprint: Fingerprint }> {
  const client = await run.client();
  if (client) {
    const { index, runtimes, model, ...coverage } = await client.status(run.io.signal);
    return {
      home: client.url,
      coverage,
      fingerprint: { ...index, runtimes, ...(model === undefined ? {} : { model }) },
    };
  }
  const context = await run.context();
  const store = await context.reader();
  return { home: context.root, coverage: await store.coverage(), fingerprint: await store.fingerprint() };
}

export function statusCommand(app: App, exit: Exit): Command {
  const command = verb('status', 'what is in this home, and how much of it is embedded', [
    'rag status',
    'rag status --json',
  ]);
  return handle(command, app, exit, async (run) => {
    const { staleTokens } = await import('../../pipeline/fingerprint.ts');
    const { home, coverage, fingerprint } = await state(run);
    const { documents, chunks, embedded, bytes, versions } = coverage;
    const { model, runtimes, ...index } = fingerprint;
    const result = {
      documents,
      chunks,
      embedded,
      bytes,
      model: model ?? null,
      home,
      versions,
      runtimes,
      index,
    };
    const { say } = run;
    const lines = [
      `home      ${home}`,
      `documents ${documents} (${formatBytes(bytes)})${versions > 0 ? `, ${versions} older versions (rag prune)` : ''}`,
      `passages  ${say.embedded(embedded, chunks)}${embedded < chunks ? ` (${say.resume})` : ''}`,
      `model     ${model ?? '–'}`,
      ...Object.entries(runtimes).map(([runtime, n]) => `          ${n} × ${runtime}`),
      ...(staleTokens({ ...index, runtimes }) ? [say.staleTokens] : []),
    ];
    return { result, text: documents === 0 ? `home      ${home}\n${say.empty}` : lines.join('\n') };
  });
}
