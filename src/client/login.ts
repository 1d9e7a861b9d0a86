import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RagError } from '../errors.ts';

/** What `rag login` keeps, beside the user's config.yaml and readable by nobody else. */
export interface Login {
  url: string;
  key?: string;
}

const fileOf = (userHome: string) => join(userHome, '.config', 'rag', 'login.json');

export async function storedLogin(userHome: string): Promise<Login | undefined> {
  const file = fileOf(userHome);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new RagError('config', `${file} cannot be read (${error.code})`, { cause: error });
  });
  if (text === undefined) return undefined;
  try {
    const { url, key } = JSON.parse(text) as Partial<Login>;
    if (typeof url === 'string') return { url, ...(typeof key === 'string' ? { key } : {}) };
  } catch {}
  throw new RagError('config', `${file} is damaged`, {
    hint: 'rag login URL writes it anew',
    zh: `${file} 已损坏`,
    zhHint: 'rag login URL 会重新写出',
  });
}

/** Whole or not at all, and never readable by others, not for a moment. */
export async function storeLogin(userHome: string, login: Login): Promise<string> {
  const file = fileOf(userHome);
  const temporary = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(temporary, `${JSON.stringify(login)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return file;
}

/** Resolves to whether there was one. */
export async function forgetLogin(userHome: string): Promise<boolean> {
  try {
    await rm(fileOf(userHome));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
