import type { Session, Turn } from '../chats/chats.ts';
import type { Health } from '../health.ts';
import type { AnswerResult } from '../pipeline/answer.ts';
import type { Exported } from '../pipeline/exported.ts';
import type { FileReport } from '../pipeline/ingest.ts';
import type { SearchInput, SearchResult } from '../pipeline/search.ts';
import type { StaleAnswer } from '../pipeline/stale.ts';
import type { Verified } from '../pipeline/verify.ts';
import type { Why } from '../pipeline/why.ts';
import type { Coverage, Fingerprint, Stamp } from '../store/store.ts';
import type { Document, Filter, Io, Locator, OcrMode, Problem, Span } from '../types.ts';
import { resultOf } from './events.ts';
import { multipart, type Upload } from './multipart.ts';
import { type ConnectOptions, openRequests, unreachable } from './request.ts';

/** A document as `rag list` shows it. */
export type Listed = Omit<Document, 'id' | 'sections' | 'mtimeMs'> & { chunks: number };
export interface Unread extends Problem {
  source: string;
  status: 'skipped' | 'partial' | 'failed';
}
export type HomeStatus = Coverage &
  Pick<Fingerprint, 'model' | 'runtimes'> & { index: Omit<Fingerprint, 'model' | 'runtimes'> };
export type Texted = Pick<Document, 'source' | 'title' | 'type' | 'problem'> & {
  document: string;
  documentSha256: string;
  text: string;
  sections: { locator: Locator & Span; table?: string | true }[];
};
export interface Quoted {
  source: string;
  document: string;
  chunk: string;
  text: string;
  context: string;
  locator: Locator & Span;
}
export interface Known {
  stamps: Map<string, Stamp>;
  /** What the server would try files with that it could not read. */
  attempt: { version: string; ocr: OcrMode };
  maxBytes: number;
  /** What the names of new files will begin with: the server's, for who sees a part of it. */
  space?: string;
}
export type Uploaded = Record<
  'added' | 'updated' | 'unchanged' | 'renamed' | 'removed' | 'skipped' | 'partial' | 'failed',
  number
> & {
  chunks: number;
  embedded: number;
  pending: number;
  bytes: number;
  files: FileReport[];
};

/** The verbs of a home behind an API. Each throws RagError: the API's own, or 'unavailable' and 'unauthenticated' with their cure. */
export type Client = ReturnType<typeof openClient>;

/** Most that are asked of the API, or told it, in one request. */
const PAGE = 1000;
const STAMPS = 10_000;
const CITATIONS = 200;

/** Other requests wait while a server embeds. */
const EMBED_SECONDS = 5;

function asked<T extends SearchInput>(input: T): T {
  return { ...input, embedBudget: Math.min(input.embedBudget, EMBED_SECONDS) };
}

export function openClient(options: Omit<ConnectOptions, 'url'> & { url: string }) {
  const url = options.url.replace(/\/+$/, '');
  const send = openRequests({ ...options, url });

  async function json<T>(request: Parameters<typeof send>[0]): Promise<T> {
    const response = await send(request);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      request.signal.throwIfAborted();
      throw unreachable(url, 'no JSON came', cause);
    }
  }
  const get = <T>(path: string, query: Record<string, string | undefined>, signal: AbortSignal) =>
    json<T>({ path, query, signal, repeatable: true });
  const post = <T>(path: string, body: object, signal: AbortSignal, repeatable = false) =>
    json<T>({ method: 'POST', path, json: body, signal, repeatable });
  /** Sent again only as long as nothing has come back: what has begun to answer may have been paid for, or kept. */
  async function stream<T>(path: string, body: object, io: Io, repeatable: boolean): Promise<T> {
    const request = { method: 'POST' as const, path, json: body, accept: 'text/event-stream', repeatable };
    return resultOf<T>(url, await send({ ...request, signal: io.signal }), io.report, io.signal);
  }

  return {
    url,
    /** Any request to this API, with its errors and its patience. */
    raw: send,
    /** Any request that is answered with JSON. */
    ask: json,
    search: (input: SearchInput, io: Io) => post<SearchResult>('/api/v1/search', asked(input), io.signal, true),
    query: (input: SearchInput, io: Io) => stream<AnswerResult>('/api/v1/query', asked(input), io, true),
    /** A turn; without a session it begins one. */
    chat: (input: SearchInput, session: string | undefined, io: Io) =>
      stream<{ session: string; turn: Turn }>('/api/v1/chat', { ...asked(input), session }, io, false),
    chats: async (signal: AbortSignal) =>
      (await get<{ sessions: (Omit<Session, 'turns'> & { turns: number })[] }>('/api/v1/chat', {}, signal)).sessions,
    session: (id: string, signal: AbortSignal) => get<Session>('/api/v1/chat/session', { id }, signal),
    stale: (signal: AbortSignal) => get<{ answers: number; stale: StaleAnswer[] }>('/api/v1/chat/stale', {}, signal),
    status: (signal: AbortSignal) => get<HomeStatus>('/api/v1/status', {}, signal),
    services: (signal: AbortSignal) => get<Health>('/api/v1/services', {}, signal),
    why: (input: SearchInput & { doc: string; passage?: string }, signal: AbortSignal) =>
      post<Why>('/api/v1/why', asked(input), signal, true),
    text: (source: string, asOf: string | undefined, signal: AbortSignal) =>
      get<Texted>('/api/v1/documents/text', { source, asOf }, signal),
    passage: (chunk: string, signal: AbortSignal) => get<Quoted>('/api/v1/passages', { chunk }, signal),
    page: (query: { source: string; page: number; width: number; start: number; end: number }, signal: AbortSignal) =>
      get<{ png: string; width: number; height: number; pages: number; boxes: [number, number, number, number][] }>(
        '/api/v1/documents/page',
        Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
        signal,
      ),

    async documents(
      filter: Filter | undefined,
      signal: AbortSignal,
    ): Promise<{ documents: Listed[]; unread: Unread[] }> {
      const documents: Listed[] = [];
      let unread: Unread[] | undefined;
      for (let after: string | undefined; ; after = documents.at(-1)!.source) {
        const query = { after, limit: String(PAGE), filter: filter && JSON.stringify(filter) };
        const page = await get<{ documents: Listed[]; more: boolean; unread: Unread[] }>(
          '/api/v1/documents',
          query,
          signal,
        );
        documents.push(...page.documents);
        unread ??= page.unread;
        if (!page.more) return { documents, unread };
      }
    },

    async known(
      signal: AbortSignal,
      labels: { collection?: string | undefined; defaultCollection?: string | undefined } = {},
    ): Promise<Known> {
      const stamps = new Map<string, Stamp>();
      for (let after: string | undefined; ; after = [...stamps.keys()].at(-1)) {
        const page = await get<Omit<Known, 'stamps'> & { files: (Stamp & { source: string })[]; more: boolean }>(
          '/api/v1/files',
          { after, limit: String(STAMPS), ...labels },
          signal,
        );
        const { files, more, ...rest } = page;
        for (const { source, ...stamp } of files) stamps.set(source, stamp);
        if (!more) return { ...rest, stamps };
      }
    },

    async forget(sources: string[], signal: AbortSignal): Promise<string[]> {
      const removed: string[] = [];
      for (let at = 0; at < sources.length; at += PAGE) {
        const body = { sources: sources.slice(at, at + PAGE) };
        removed.push(...(await post<{ removed: string[] }>('/api/v1/files/forget', body, signal)).removed);
      }
      return removed;
    },

    async upload(files: Upload[], about: object, io: Io): Promise<Uploaded> {
      const request = { method: 'POST' as const, path: '/api/v1/documents', accept: 'text/event-stream' };
      const body = multipart(files, about);
      const response = await send({ ...request, body, repeatable: false, signal: io.signal });
      return resultOf<Uploaded>(url, response, io.report, io.signal);
    },

    fetch: (url: string, about: object, io: Io) =>
      stream<Uploaded>('/api/v1/documents/url', { ...about, url }, io, false),

    async verify({ citations, unsupported }: Exported, signal: AbortSignal): Promise<Verified> {
      const result: Verified = { checked: 0, valid: 0, moved: [], drifted: [], missing: [], unsupported };
      for (let at = 0; at < citations.length; at += CITATIONS) {
        const part = { citations: citations.slice(at, at + CITATIONS) };
        const { checked, valid, ...found } = await post<Verified>('/api/v1/verify', part, signal, true);
        result.checked += checked;
        result.valid += valid;
        for (const name of ['moved', 'drifted', 'missing'] as const) result[name].push(...(found[name] as never[]));
      }
      return result;
    },
  };
}
