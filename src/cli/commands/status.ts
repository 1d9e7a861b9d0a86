import type { Command } from 'commander';
import type { Health } from '../../health.ts';
import type { DeadLetter } from '../../queue/queue.ts';
import type { Coverage, Fingerprint } from '../../store/store.ts';
import { formatBytes } from '../../units.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { setAside } from '../set-aside.ts';

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

const MARKS = { ok: '✓', warn: '!', fail: '✗' } as const;

/** Jobs that were set aside; a queue that is away has none to name, and `--deep` says so. */
async function letters(run: Invocation): Promise<DeadLetter[]> {
  if (await run.client()) return [];
  const context = await run.context();
  if (context.config.values.QUEUE !== 'redis') return [];
  const services = await context.services();
  return (await services?.queue.dead().catch(() => [])) ?? [];
}

/** What the home stands on, asked of each service. */
async function deep(run: Invocation): Promise<Health> {
  const client = await run.client();
  if (client) return client.services(run.io.signal);
  const { health } = await import('../../health.ts');
  return health(await run.context(), run.lang);
}

function shown({ checks, deadLetters }: Pick<Health, 'checks' | 'deadLetters'>): string[] {
  return [
    ...checks.map(
      ({ name, status, detail, hint }) => `${MARKS[status]} ${name}: ${detail}${hint ? `\n    ${hint}` : ''}`,
    ),
    ...deadLetters.map(setAside),
  ];
}

export function statusCommand(app: App, exit: Exit): Command {
  const command = verb('status', 'what is in this home, and how much of it is embedded', [
    'rag status',
    'rag status --deep --json',
  ]).option('--deep', 'ask every service that the home stands on; exit 3 if one is not well');
  return handle<{ deep?: boolean }>(command, app, exit, async (run, options) => {
    const { staleTokens } = await import('../../pipeline/fingerprint.ts');
    const found = options.deep ? await deep(run) : { checks: [], deadLetters: await letters(run), degraded: false };
    // What is down is said; how much the home holds cannot be then.
    if (found.checks.some(({ status }) => status === 'fail'))
      return { result: { home: null, ...found }, text: shown(found).join('\n'), exit: 3 };
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
      ...(options.deep ? found : {}),
      ...(found.deadLetters.length > 0 ? { deadLetters: found.deadLetters } : {}),
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
    const head = documents === 0 ? [`home      ${home}`, say.empty] : lines;
    return {
      result,
      text: [...head, ...shown(found)].join('\n'),
      ...(found.degraded ? { exit: 3 } : {}),
    };
  });
}
