import type { Context as HonoContext } from 'hono';
import type * as z from 'zod';
import type { Caller, Role } from '../accounts/accounts.ts';
import type { Context } from '../context.ts';
import { RagError } from '../errors.ts';
import type { Limits } from '../limits/limits.ts';
import type { SearchDeps } from '../pipeline/search.ts';
import type { StoreReader } from '../store/store.ts';
import type { Event, Io } from '../types.ts';
import { searchDeps } from '../wiring.ts';
import type { ApiAccounts } from './access.ts';

/** What a route needs of the house. */
export interface Deps {
  /** As the caller may see it. */
  context: Context;
  /** Undefined on a server that one token opens. */
  accounts?: ApiAccounts | undefined;
  limits: Limits;
  log(line: Record<string, unknown>): void;
  /** Counts what was answered. */
  counted(what: 'queries' | 'searches' | 'tokens' | 'dollars' | 'documents', n: number): void;
}

/** One operation of the API: OpenAPI and the checks of its input are made of this. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/things/{name}`. */
  path: string;
  /** The least role that may call it; `anyone` need not have signed in. */
  needs: Role | 'anyone';
  /** For what changes something: its name in the audit log, with the call's `target`. */
  audited?: string;
  summary: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** What the route answers with; `stream` says that it can also come as server-sent events. */
  result: z.ZodType;
  stream?: boolean;
  handle(call: Call): Promise<Response | object>;
}

export interface Call {
  deps: Deps;
  http: HonoContext;
  caller: Caller;
  /** All of the house, whoever asks: for checks of names that are taken, and never for an answer. */
  whole: Context;
  /** Of the client. */
  address: string;
  /** What the call changed, for the audit log; set by the route. */
  target: string;
  /** Checked against the route's schemas. */
  // biome-ignore lint/suspicious/noExplicitAny: each route knows its own schema
  query: any;
  // biome-ignore lint/suspicious/noExplicitAny: each route knows its own schema
  body: any;
}

export function route(definition: Route): Route {
  return definition;
}

/** The newest state of the home, for as long as `work` takes. */
export async function withStore<T>({ context }: Deps, work: (store: StoreReader) => Promise<T>): Promise<T> {
  const { store, release } = await context.latest();
  try {
    return await work(store);
  } finally {
    release();
  }
}

export async function withSearch<T>(deps: Deps, work: (search: SearchDeps) => Promise<T>): Promise<T> {
  return withStore(deps, async (store) => work(await searchDeps(deps.context, store)));
}

/** Ends when the client leaves. */
export function ioOf({ http }: Call, report: (event: Event) => void = () => {}): Io {
  return { signal: http.req.raw.signal, report };
}

/** Throws RagError('usage') that names the field. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.length ? `${where}.${issue.path.join('.')}` : where;
  throw new RagError('usage', `${field}: ${issue?.message}`, { details: { issues: result.error.issues } });
}

/** The one of our languages that the client reads first. */
export function languageOf(http: HonoContext): 'en' | 'zh' {
  return /^\s*zh\b/i.test(http.req.header('accept-language') ?? '') ? 'zh' : 'en';
}
