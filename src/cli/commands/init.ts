import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { RagError } from '../../errors.ts';
import { packageRoot } from '../../root.ts';
import { type App, type Exit, handle, verb } from '../app.ts';
import { notInStack, STACK } from '../stack.ts';

export function initCommand(app: App, exit: Exit): Command {
  const command = verb('init', 'write a commented rag.yaml and .ragignore, and make this folder a home', [
    'rag init',
    'rag init --home ~/notes',
  ]);
  return handle(command, app, exit, async (run) => {
    const { resolve } = await import('node:path');
    // Not `findHome`: a home further up must not swallow a new one here.
    if (run.options.home === STACK) throw notInStack('init');
    const home = resolve(app.cwd, run.options.home ?? '.');
    const templates = join(packageRoot(), 'templates');
    const lines: string[] = [];
    try {
      mkdirSync(join(home, '.rag'), { recursive: true });
      for (const [template, name] of [
        ['rag.yaml', 'rag.yaml'],
        ['ragignore', '.ragignore'],
      ] as const) {
        const path = join(home, name);
        if (existsSync(path)) lines.push(run.say.exists(path));
        else {
          writeFileSync(path, readFileSync(join(templates, template), 'utf8'), { flag: 'wx' });
          lines.push(run.say.wrote(path));
        }
      }
    } catch (error) {
      throw new RagError('config', `${home} cannot be made a home: ${(error as Error).message}`, { cause: error });
    }
    return { result: { home, config: join(home, 'rag.yaml') }, text: lines.join('\n') };
  });
}
