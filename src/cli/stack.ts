import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Client } from '../client/client.ts';
import type { Config } from '../config.ts';
import { RagError } from '../errors.ts';
import type { Io } from '../types.ts';
import type { App, Invocation } from './app.ts';
import type { Lang } from './messages.ts';

/** The word for `--home` that means the API of a server instead of a folder. */
export const STACK = 'stack';

export const userHomeOf = ({ env }: App): string => env.HOME || homedir();

/**
 * The API at RAG_API_URL with RAG_API_KEY, or what `rag login` stored. A stored key goes to the address it was stored with and to no
 * other, whatever a rag.yaml says.
 */
export async function connect(app: App, { values, origins }: Config, lang: Lang, io: Io): Promise<Client> {
  const { openClient } = await import('../client/client.ts');
  const { storedLogin } = await import('../client/login.ts');
  const set = origins.RAG_API_URL !== 'default';
  const given = values.RAG_API_KEY?.reveal();
  const login = set && given !== undefined ? undefined : await storedLogin(userHomeOf(app));
  const url = set ? values.RAG_API_URL : (login?.url ?? values.RAG_API_URL);
  const stored = login !== undefined && sameAddress(login.url, url) ? login.key : undefined;
  return openClient({ url, key: given ?? stored, lang, note: (message) => io.report({ type: 'note', message }) });
}

const sameAddress = (a: string, b: string) =>
  new URL(a).href.replace(/\/+$/, '') === new URL(b).href.replace(/\/+$/, '');

/** Sources in the stack home are paths below this folder: that of the rag.yaml in force, else the current one. */
export async function baseOf(run: Invocation): Promise<string> {
  const { file } = await run.config();
  return file === undefined ? run.app.cwd : dirname(file);
}

/** What a user may mean by a name: a source, or a path from the current folder. */
export async function sourcesMeant(run: Invocation, name: string): Promise<string[]> {
  const { sourceName } = await import('../pipeline/walk.ts');
  const path = sourceName(await baseOf(run), resolve(run.app.cwd, name));
  return path === name ? [name] : [name, path];
}

/** Throws RagError('usage') for a flag that only means something where the home is. */
export function onlyLocal(flags: Record<string, unknown>): void {
  for (const [flag, value] of Object.entries(flags))
    if (value !== undefined && value !== false)
      throw new RagError('usage', `${flag} works on a home in a folder, not on the stack home`, {
        hint: `leave it out, or run it on the machine where the home is`,
        zhHint: '请去掉它，或在库所在的机器上运行',
        zh: `${flag} 只能用于文件夹中的库，不能用于 stack`,
      });
}

export function notInStack(verb: string): RagError {
  return new RagError('usage', `rag ${verb} works on a home in a folder, not on the stack home`, {
    hint: 'run it on the machine where the home is, or name a folder: --home DIR (one called stack is ./stack)',
    zhHint: '请在库所在的机器上运行，或用 --home DIR 指定文件夹（名为 stack 的写作 ./stack）',
    zh: `rag ${verb} 只能用于文件夹中的库，不能用于 stack`,
  });
}
