import type { Command } from 'commander';
import { RagError } from '../../errors.ts';
import { type App, type Exit, handle, verb } from '../app.ts';
import { count, list } from '../options.ts';

interface Options {
  port: number;
  host: string;
  token?: string;
  allowHost?: string[];
  rateLimit: number;
}

const isLoopback = (host: string) => ['127.0.0.1', '::1', 'localhost'].includes(host);

export function serveCommand(app: App, exit: Exit): Command {
  const command = verb('serve', 'answer over HTTP: a web page, REST, OpenAI-compatible, server-sent events', [
    'rag serve',
    'rag serve --port 9000',
  ])
    .option('--port <n>', 'port; 0 takes a free one', (value) => (value === '0' ? 0 : count(value)), 8000)
    .option('--host <address>', 'address to listen at; any but this machine needs RAG_TOKEN', '127.0.0.1')
    .option('--allow-host <name>', 'a further name it may be called by (repeatable)', list)
    .option('--rate-limit <n>', 'requests a minute of one client', count, 60_000);
  return handle<Options>(command, app, exit, async (run, options) => {
    const { values } = await run.config();
    const given = values.RAG_TOKEN?.reveal();
    const signedIn = values.STORE === 'server' && given === undefined;
    if (!isLoopback(options.host) && given === undefined && !signedIn)
      throw new RagError('refused', `${options.host} can be reached by others, and no token is set`, {
        hint: 'set RAG_TOKEN (or RAG_TOKEN_FILE) to a long random word',
        zhHint: '请把 RAG_TOKEN（或 RAG_TOKEN_FILE）设为一个长的随机串',
        zh: `其他人可以访问 ${options.host}，但未设置令牌`,
      });
    const { newToken, serve } = await import('../../api/server.ts');
    if (signedIn && values.JWT_SECRET_KEY === undefined) {
      // Another process could not check what this one signs.
      if (!isLoopback(options.host))
        throw new RagError('config', 'JWT_SECRET_KEY is not set: nobody could sign in', {
          hint: 'openssl genpkey -algorithm ed25519 -out jwt.pem; then JWT_SECRET_KEY_FILE=jwt.pem',
          zhHint: 'openssl genpkey -algorithm ed25519 -out jwt.pem；然后 JWT_SECRET_KEY_FILE=jwt.pem',
          zh: '未设置 JWT_SECRET_KEY，无法登录',
        });
      run.io.report({ type: 'note', message: run.say.accounts.ephemeral });
    }
    const token = given ?? (signedIn ? undefined : newToken());
    const log = (line: Record<string, unknown>) => {
      if (!run.options.quiet || line.level === 'error')
        app.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
    };
    const context = await run.context();
    const { port, host, rateLimit } = options;
    const access = await context.access();
    if (signedIn && (await (await access.managing()).accounts.users()).length === 0)
      run.io.report({ type: 'warn', message: run.say.accounts.nobody });
    const accounts = signedIn ? { managing: await access.managing(), signing: await access.signing() } : undefined;
    // Without a queue that others see, who takes uploads reads them.
    const alone = values.STORE === 'server' && values.QUEUE === 'memory';
    const working = alone ? await (await import('../../worker.ts')).work(context, { concurrency: 1, log }) : undefined;
    const server = await serve({
      ...{ port, host, token, log, hosts: options.allowHost ?? [], perMinute: rateLimit },
      ...{ context, accounts, limits: await access.limits(), proxies: values.TRUSTED_PROXIES },
      metricsToken: values.METRICS_TOKEN?.reveal(),
    });
    const result = {
      url: server.url,
      ...(given === undefined && token !== undefined ? { token, page: `${server.url}/#token=${token}` } : {}),
    };
    if (run.options.json) run.print(`${JSON.stringify({ event: 'listening', ...result })}\n`);
    else run.print(run.say.serving(server.url, given === undefined ? token : undefined));
    await new Promise<void>((stopped) => {
      if (app.signal.aborted) stopped();
      app.signal.addEventListener('abort', () => stopped(), { once: true });
    });
    await server.drain();
    await working?.drain(0);
    return { stopped: true };
  });
}
