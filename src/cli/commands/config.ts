import type { Command } from 'commander';
import { RagError } from '../../errors.ts';
import { type App, type Exit, handle, verb } from '../app.ts';

export function configCommand(app: App, exit: Exit): Command {
  const command = verb('config', 'settings in force and where each came from', [
    'rag config',
    'rag config MAX_FILE_SIZE --origin',
  ])
    .argument('[key]', 'only this setting')
    .option('--origin', 'say where each value came from');
  return handle<{ origin?: boolean }>(command, app, exit, async (run, options, key) => {
    const { closest } = await import('../../closest.ts');
    const { SETTINGS } = await import('../../settings.ts');
    const { values, origins } = await run.config();
    const names = SETTINGS.map((setting) => setting.name as keyof typeof values);
    const wanted = key === undefined ? names : names.filter((name) => name === key.toUpperCase());
    if (wanted.length === 0) {
      const near = closest(key!.toUpperCase(), names);
      throw new RagError('not_found', `no setting "${key}"`, {
        ...(near
          ? { hint: `did you mean ${near}?`, zhHint: `您是否想用 ${near}？` }
          : { hint: 'rag config lists all', zhHint: 'rag config 列出全部' }),
        zh: `没有设置 "${key}"`,
      });
    }
    const shown = wanted.map((name) => {
      const value: unknown = values[name] ?? null;
      return [name, { value: JSON.parse(JSON.stringify(value)) as unknown, origin: origins[name] }] as const;
    });
    const lines = shown.map(([name, { value, origin }]) => {
      const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
      return key !== undefined && !options.origin ? text : `${name}=${text}${options.origin ? `  # ${origin}` : ''}`;
    });
    return { result: { values: Object.fromEntries(shown) }, text: lines.join('\n') };
  });
}
