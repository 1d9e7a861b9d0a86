import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { accountsClient } from '../client/accounts.ts';
import { RagError } from '../errors.ts';
import type { Invocation } from './app.ts';
import { askSecret } from './secret.ts';
import { standardInput } from './stdin.ts';

/**
 * A secret from a file, or typed without being shown, or from standard input: never from an argument, which every process on a machine
 * can read. One line end at the end is not part of it. Undefined for Ctrl-C.
 */
export async function secretOf(run: Invocation, question: string, file?: string): Promise<string | undefined> {
  if (file !== undefined)
    return firstLine(
      await readFile(resolve(run.app.cwd, file), 'utf8').catch((cause: NodeJS.ErrnoException) => {
        throw new RagError('usage', `${file} cannot be read (${cause.code})`, { cause });
      }),
    );
  if (run.app.stdin.isTTY) return askSecret(run, question);
  return firstLine((await standardInput(run.app)).toString('utf8'));
}

const firstLine = (text: string) => text.replace(/\r?\n$/, '');

/** A new password; on a terminal it is typed twice. Throws RagError('usage') if they differ. */
export async function newPassword(run: Invocation, file?: string): Promise<string> {
  const { accounts: say } = run.say;
  const first = await secretOf(run, say.newPassword, file);
  if (first === undefined) throw new RagError('usage', 'no password was given');
  if (file === undefined && run.app.stdin.isTTY && (await askSecret(run, say.again)) !== first)
    throw new RagError('usage', 'the two passwords differ', { zh: '两次输入的密码不一致' });
  return first;
}

/** Signs in, does something as that user, and leaves no session behind. */
export async function signedIn<T>(
  run: Invocation,
  url: string,
  name: string,
  password: string,
  work: (accounts: ReturnType<typeof accountsClient>) => Promise<T>,
): Promise<T> {
  const { openClient } = await import('../client/client.ts');
  const { accountsClient: accountsOf } = await import('../client/accounts.ts');
  const note = (message: string) => run.io.report({ type: 'note', message });
  const as = (key: string | undefined) => accountsOf(openClient({ url, key, lang: run.lang, note }), run.io.signal);
  const { access, refresh } = await as(undefined).signIn(name, password);
  try {
    return await work(as(access));
  } finally {
    await as(undefined).signOut(refresh);
  }
}
