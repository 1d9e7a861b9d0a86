import { hostname } from 'node:os';
import type { Command } from 'commander';
import { RagError } from '../../errors.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { secretOf, signedIn } from '../signing.ts';
import { userHomeOf } from '../stack.ts';

/** A key that `rag login --user` makes for this machine is good for so long. */
const KEY_DAYS = 90;

interface Options {
  keyFile?: string;
  user?: string;
  passwordFile?: string;
}

export function loginCommand(app: App, exit: Exit): Command {
  const command = verb('login', 'remember the address and the key of a rag server, for --home stack', [
    'rag login https://rag.example.org',
    'rag login https://rag.example.org --user mei',
  ])
    .argument('<url>', 'where it answers')
    .option('--key-file <file>', 'the key is in this file; otherwise it is asked for, or read from standard input')
    .option('--user <name>', 'sign in with a password instead: a key for this machine is made and kept')
    .option(
      '--password-file <file>',
      'the password is in this file; otherwise it is asked for, or read from standard input',
    );
  return handle<Options>(command, app, exit, async (run, options, address) => {
    const url = checked(address!);
    const { user } = options;
    const secret =
      user === undefined
        ? await secretOf(run, run.say.login.ask, options.keyFile)
        : await secretOf(run, run.say.accounts.password(user), options.passwordFile);
    if (secret === undefined) return { exit: 130 };
    const key = user === undefined ? secret.trim() : await keyFor(run, url.href, user, secret);
    if (/[^\x21-\x7e]/.test(key)) throw new RagError('usage', 'a key has no spaces or special characters in it');
    if (url.protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
      run.io.report({ type: 'warn', message: run.say.login.plain(url.origin) });
    const { openClient } = await import('../../client/client.ts');
    const { storeLogin } = await import('../../client/login.ts');
    const note = (message: string) => run.io.report({ type: 'note', message });
    const client = openClient({ url: url.href, key: key === '' ? undefined : key, lang: run.lang, note });
    const { documents } = await client.status(run.io.signal);
    const file = await storeLogin(userHomeOf(app), { url: client.url, ...(key === '' ? {} : { key }) });
    return { result: { url: client.url, documents, file }, text: run.say.login.done(client.url, documents, file) };
  });
}

export function logoutCommand(app: App, exit: Exit): Command {
  const command = verb('logout', 'forget what rag login remembered', ['rag logout', 'rag logout --json']);
  return handle(command, app, exit, async (run) => {
    const { forgetLogin } = await import('../../client/login.ts');
    const forgotten = await forgetLogin(userHomeOf(app));
    return { result: { forgotten }, text: forgotten ? run.say.login.forgotten : run.say.login.none };
  });
}

function checked(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (
    url &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search + url.hash === ''
  )
    return url;
  throw new RagError('usage', `${address.replace(/\/\/[^/]*@/, '//…@')} is no address of a rag server`, {
    hint: 'rag login https://rag.example.org',
    zh: '这不是 rag 服务器的地址',
  });
}

/** For at most what the user may, until it expires. */
async function keyFor(run: Invocation, url: string, user: string, password: string): Promise<string> {
  return signedIn(run, url.replace(/\/+$/, ''), user, password, async (accounts) => {
    const { role } = await accounts.me();
    const name = `rag login on ${hostname()}`;
    return (await accounts.createKey({ name, role, collections: null, days: KEY_DAYS })).secret;
  });
}
