import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Hono, type Context as HonoContext } from 'hono';
import type { Context } from '../context.ts';
import { ERRORS, RagError } from '../errors.ts';
import { version } from '../version.ts';
import { type Call, checked, type Deps, type Route, sentence, withStore } from './call.ts';
import { type GuardOptions, guard } from './guard.ts';
import { openMetrics } from './metrics.ts';
import { docsPage, openapi } from './openapi.ts';
import { isPage, openPage } from './page.ts';
import { ROUTES } from './routes.ts';

export interface ApiOptions extends GuardOptions {
  context: Context;
  log(line: Record<string, unknown>): void;
  /** Whether it still takes questions; false while it drains. */
  ready(): boolean;
}

/** JSON bodies; uploads are streamed and have a limit of their own. */
const MAX_BODY = 2 * 2 ** 20;
const OPEN = new Set(['/livez', '/readyz', '/docs', '/openapi.json']);

/** Paths with what may stand in their `{…}`. */
const PATTERNS = ROUTES.map(({ path }) => ({ path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) }));

/** The HTTP interface: the flows of the command line, one table of routes. */
export function openApi(options: ApiOptions): Hono {
  const { context, log } = options;
  const metrics = openMetrics(() => deps);
  const deps: Deps = { context, log, counted: metrics.counted };
  const door = guard(options);
  const app = new Hono();

  app.use(async (http, next) => {
    const started = performance.now();
    const id =
      http.req
        .header('x-request-id')
        ?.slice(0, 64)
        .replace(/[^\w.-]/g, '') || randomUUID();
    http.header('x-request-id', id);
    http.header('x-content-type-options', 'nosniff');
    http.header('referrer-policy', 'no-referrer');
    http.header('x-frame-options', 'DENY');
    const asking = {
      address: (http.env as { incoming?: IncomingMessage }).incoming?.socket.remoteAddress ?? '',
      ...{ host: http.req.header('host'), origin: http.req.header('origin') },
      authorization: http.req.header('authorization'),
    };
    try {
      door.heard(asking);
      if (!OPEN.has(http.req.path) && !isPage(http.req.path)) door.known(asking);
      await next();
    } catch (error) {
      http.res = problem(http, error, log);
    }
    const ms = Math.round((performance.now() - started) * 10) / 10;
    const { method, path } = http.req;
    const known = PATTERNS.find(({ pattern }) => pattern.test(path))?.path;
    const route = known ?? (OPEN.has(path) || path === '/' ? path : 'other');
    metrics.request(method, route, http.res.status, ms / 1000);
    log({ level: http.res.status >= 500 ? 'error' : 'info', id, method, path, status: http.res.status, ms });
  });
  app.onError((error, http) => problem(http, error, log));
  app.notFound((http) => problem(http, new RagError('not_found', `no ${http.req.method} ${http.req.path}`), log));

  app.get('/livez', (http) => http.text('ok'));
  app.get('/readyz', async (http) => {
    if (!options.ready()) return http.text('draining', 503);
    await withStore(deps, (store) => store.coverage());
    return http.text('ok');
  });
  app.get('/metrics', async (http) => http.text(await metrics.text()));
  const spec = openapi(ROUTES, version());
  app.get('/openapi.json', (http) => http.json(spec));
  app.get('/docs', (http) => {
    http.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'");
    return http.html(docsPage(spec));
  });
  const page = openPage();
  app.get('/', (http) => page(http));
  app.get('/assets/:name', (http) => page(http));
  for (const route of ROUTES)
    app[route.method](route.path.replace(/\{(\w+)\}/g, ':$1'), (http) => serve(route, http, deps));
  return app;
}

async function serve(route: Route, http: HonoContext, deps: Deps): Promise<Response> {
  const query = route.query ? checked(route.query, http.req.query(), 'query') : {};
  const body = route.body ? checked(route.body, await json(http), 'body') : {};
  const call: Call = { deps, http, query, body };
  const result = await route.handle(call);
  return result instanceof Response ? result : http.json(result);
}

async function json(http: HonoContext): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const tooLarge = () => new RagError('too_large', `the body is over ${MAX_BODY} bytes`);
  if (Number(http.req.header('content-length') ?? 0) > MAX_BODY) throw tooLarge();
  for await (const part of http.req.raw.body ?? []) {
    size += part.length;
    if (size > MAX_BODY) throw tooLarge();
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (cause) {
    throw new RagError('usage', 'the body is not JSON', { cause });
  }
}

/** What went wrong, in the words of the command line; of our own bugs only that there was one. */
function problem(http: HonoContext, error: unknown, log: ApiOptions['log']): Response {
  const known = error instanceof RagError;
  if (!known && !http.req.raw.signal.aborted) log({ level: 'error', message: String((error as Error).stack ?? error) });
  const { code, message, hint } = known
    ? error
    : { code: 'bug', message: 'this is a bug in rag; its log says more', hint: undefined };
  const said = known ? sentence(error, http.req.header('accept-language')) : message;
  const status = known ? ERRORS[error.code].http : 500;
  if (code === 'rate_limited') http.header('retry-after', '60');
  // What was not read of the body must not be taken for the next request.
  if (http.req.method !== 'GET') http.header('connection', 'close');
  if (code === 'unauthenticated') http.header('www-authenticate', 'Bearer');
  return http.json({ error: { code, message: said, ...(hint ? { hint } : {}) } }, status as 400);
}
