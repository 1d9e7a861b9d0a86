import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Hono, type Context as HonoContext } from 'hono';
import { type Caller, reaches } from '../accounts/accounts.ts';
import type { Context } from '../context.ts';
import { ERRORS, RagError, spoken } from '../errors.ts';
import { version } from '../version.ts';
import { type ApiAccounts, nameOf, recorded } from './access.ts';
import { clientAddress } from './address.ts';
import { type Call, checked, type Deps, languageOf, type Route, withStore } from './call.ts';
import { type GuardOptions, guard } from './guard.ts';
import { jsonBody } from './json-body.ts';
import { openMetrics } from './metrics.ts';
import { docsPage, openapi } from './openapi.ts';
import { isPage, openPage } from './page.ts';
import { ROUTES } from './routes.ts';
import { seenBy } from './seen.ts';

export interface ApiOptions extends Omit<GuardOptions, 'signing'> {
  context: Context;
  accounts?: ApiAccounts | undefined;
  /** Proxies that say for whom they ask. */
  proxies: string[];
  log(line: Record<string, unknown>): void;
  /** Whether it still takes questions; false while it drains. */
  ready(): boolean;
}

/** Bytes of a body that are read although nobody wants them. */
const SHORT = 2 ** 20;

/** Refusals of one user that are written down in a minute. */
const DENIALS = 60;

type Known = { Variables: { caller: Caller; address: string } };

const OPEN = new Set([
  ...['/livez', '/readyz', '/docs', '/openapi.json'],
  ...ROUTES.filter(({ needs }) => needs === 'anyone').map(({ path }) => path),
]);
const NOBODY: Caller = { user: undefined, name: '', role: 'reader', collections: [] };

/** Paths with what may stand in their `{…}`. */
const PATTERNS = ROUTES.map(({ path }) => ({ path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) }));

/** The HTTP interface: the flows of the command line, one table of routes. */
export function openApi(options: ApiOptions): Hono<Known> {
  const { context, log, accounts } = options;
  const metrics = openMetrics(() => deps);
  const deps: Deps = { context, accounts, log, limits: options.limits, counted: metrics.counted };
  const door = guard({ ...options, signing: accounts?.signing });
  const addressOf = clientAddress(options.proxies);
  const app = new Hono<Known>();

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
    const remote = (http.env as { incoming?: IncomingMessage }).incoming?.socket.remoteAddress ?? '';
    const asking = {
      address: addressOf(remote, http.req.header('x-forwarded-for')),
      ...{ host: http.req.header('host'), origin: http.req.header('origin') },
      authorization: http.req.header('authorization'),
    };
    const { method, path } = http.req;
    try {
      await door.heard(asking);
      const open = OPEN.has(path) || isPage(path) || (path === '/metrics' && door.readsMetrics(asking));
      http.set('caller', open ? NOBODY : await door.known(asking));
      http.set('address', asking.address);
      await next();
    } catch (error) {
      http.res = problem(http, error, log);
    }
    const ms = Math.round((performance.now() - started) * 10) / 10;
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
    try {
      await withStore(deps, (store) => store.coverage());
    } catch (error) {
      log({ level: 'error', message: `not ready: ${(error as Error).message}` });
      return http.text('not ready', 503);
    }
    return http.text('ok');
  });
  app.get('/metrics', async (http) => {
    const { caller } = http.var;
    if (caller !== NOBODY && !reaches(caller.role, 'admin'))
      throw new RagError('forbidden', 'only an admin or METRICS_TOKEN reads the numbers of this server');
    return http.text(await metrics.text());
  });
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
    app.on(route.method.toUpperCase(), route.path.replace(/\{(\w+)\}/g, ':$1'), (http) => serve(route, http, deps));
  return app;
}

async function serve(route: Route, http: HonoContext<Known>, deps: Deps): Promise<Response> {
  const { caller, address } = http.var;
  const { needs, audited } = route;
  const say = (action: string, target: string, result: string) =>
    recorded(deps, { who: nameOf({ caller }), action, target, address, result });
  if (needs !== 'anyone' && !reaches(caller.role, needs)) {
    // The log grows for whoever may not do something, but not without end.
    if (await deps.limits.take(`denied:${caller.name}`, DENIALS, 60))
      await say(audited ?? `${http.req.method} ${route.path}`, '', 'forbidden');
    throw new RagError('forbidden', `this needs the role ${needs}; you have ${caller.role}`, {
      zh: `需要 ${needs} 权限，您的权限为 ${caller.role}`,
    });
  }
  const query = route.query ? checked(route.query, http.req.query(), 'query') : {};
  const body = route.body ? checked(route.body, await jsonBody(http), 'body') : {};
  const own = { ...deps, context: seenBy(deps.context, caller) };
  const call: Call = { deps: own, http, caller, whole: deps.context, address, target: '', query, body };
  try {
    const result = await route.handle(call);
    if (audited) await say(audited, call.target, 'ok');
    return result instanceof Response ? result : http.json(result);
  } catch (error) {
    if (audited) await say(audited, call.target, error instanceof RagError ? error.code : 'failed');
    throw error;
  }
}

/** What went wrong, in the words of the command line; of our own bugs only that there was one. */
function problem(http: HonoContext, error: unknown, log: ApiOptions['log']): Response {
  const known = error instanceof RagError;
  if (!known && !http.req.raw.signal.aborted) log({ level: 'error', message: String((error as Error).stack ?? error) });
  const code = known ? error.code : 'bug';
  const said = known ? error : { message: 'this is a bug in rag; its log says more' };
  const { message, hint } = spoken(said, languageOf(http));
  const status = known ? ERRORS[error.code].http : 500;
  if (code === 'rate_limited') http.header('retry-after', '60');
  // A little that was not read of the body is read away, so that the client hears the answer. What is long must not be waited for.
  if (!(Number(http.req.header('content-length') ?? 0) <= SHORT) || http.req.header('transfer-encoding'))
    http.header('connection', 'close');
  if (code === 'unauthenticated') http.header('www-authenticate', 'Bearer');
  return http.json({ error: { code, message, ...(hint ? { hint } : {}) } }, status as 400);
}
