import { ERRORS, type ErrorCode, RagError } from '../errors.ts';

export interface ConnectOptions {
  /** Without a slash at the end. */
  url: string;
  key: string | undefined;
  /** Of the API's sentences. */
  lang: string;
  note(message: string): void;
}

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | undefined>;
  json?: object;
  /** A body that is sent piece by piece, and its type. */
  body?: { type: string; parts: AsyncIterable<Uint8Array> };
  accept?: string;
  /** Asked again where that may help: nothing is changed by it. */
  repeatable: boolean;
  signal: AbortSignal;
}

export type Send = (request: Request) => Promise<Response>;

/** A request may be sent this often. */
const TRIES = 4;
const FIRST_WAIT_MS = 300;
/** A server that says when to come back is believed up to here. */
const LONGEST_WAIT_MS = 60_000;
/** Until the first byte of an answer. An upload has its own clock: it may wait for another writer. */
const ANSWER_MS = 120_000;

const WORTH_ANOTHER_TRY = new Set([429, 502, 503, 504]);

/**
 * Requests to one API. Throws the API's own errors as RagError; 'unavailable' names the address and the cure. What may be repeated is,
 * after a wait with jitter that doubles.
 */
export function openRequests({ url, key, lang, note }: ConnectOptions): Send {
  async function once(request: Request): Promise<Response> {
    const { method = 'GET', path, query = {}, json, body, accept = 'application/json', signal } = request;
    const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
    const late = new AbortController();
    const clock = body === undefined ? setTimeout(() => late.abort(), ANSWER_MS) : undefined;
    const type = json ? 'application/json' : body?.type;
    try {
      return await fetch(`${url}${path}${search}`, {
        method,
        headers: {
          ...{ accept, 'accept-language': lang },
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(type === undefined ? {} : { 'content-type': type }),
        },
        // A key is not handed on to wherever an answer points.
        redirect: 'manual',
        signal: AbortSignal.any([signal, late.signal]),
        ...(json ? { body: JSON.stringify(json) } : {}),
        ...(body ? { body: ReadableStream.from(body.parts), duplex: 'half' } : {}),
      } as RequestInit);
    } catch (cause) {
      signal.throwIfAborted();
      const own = (cause as Error).cause ?? cause;
      if (own instanceof RagError) throw own;
      throw unreachable(url, late.signal.aborted ? `no answer in ${ANSWER_MS / 1000} s` : reasonOf(cause), cause);
    } finally {
      clearTimeout(clock);
    }
  }

  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const last = !request.repeatable || attempt === TRIES;
      let wait = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
      try {
        const response = await once(request);
        if (response.ok) return response;
        const asked = Number(response.headers.get('retry-after') ?? Number.NaN) * 1000;
        if (last || !WORTH_ANOTHER_TRY.has(response.status) || asked > LONGEST_WAIT_MS)
          throw await failure(url, response);
        if (asked > 0) wait = asked + wait;
        await response.body?.cancel();
      } catch (error) {
        if (last || !(error instanceof RagError) || error.cause === undefined) throw error;
      }
      if (wait > 1000) note(`${url}: ${Math.ceil(wait / 1000)} s …`);
      await pause(wait, request.signal);
    }
  };
}

/** What an answer that is no success says, in the API's words where they are the API's. */
async function failure(url: string, response: Response): Promise<RagError> {
  const text = await response.text().catch(() => '');
  const said = saidBy(text);
  if (said) return errorOf(url, said);
  const { status } = response;
  if (status === 401) return errorOf(url, { code: 'unauthenticated', message: `${url} wants another key` });
  if (status === 413) return new RagError('too_large', `${url} does not take that much at once (413)`);
  if (status === 429) return new RagError('rate_limited', `${url} was asked too often (429)`);
  return unreachable(url, `HTTP ${status}, not from rag`);
}

interface Said {
  code: string;
  message: string;
  hint?: string | undefined;
}

function saidBy(text: string): Said | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: Said };
    return typeof error?.code === 'string' && typeof error.message === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

/** An error of the API is the same error here; its bug is no bug of ours. */
export function errorOf(url: string, { code, message, hint }: Said): RagError {
  if (code === 'unauthenticated')
    return new RagError(code, `${url}: ${message}`, {
      hint: `rag login ${url}, or set RAG_API_KEY (or RAG_API_KEY_FILE)`,
      zhHint: `rag login ${url}，或设置 RAG_API_KEY（或 RAG_API_KEY_FILE）`,
      zh: `${url}：${message}`,
    });
  const known = code in ERRORS ? (code as ErrorCode) : 'unavailable';
  return new RagError(known, known === code ? message : `${url}: ${message}`, hint === undefined ? {} : { hint });
}

export function unreachable(url: string, why: string, cause?: unknown): RagError {
  return new RagError('unavailable', `${url} does not answer as a rag server: ${why}`, {
    hint: 'start it there with: rag serve, or name another one: rag login URL',
    zhHint: '请在那里启动：rag serve；或改用另一个：rag login URL',
    zh: `${url} 没有像 rag 服务器那样应答：${why}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** `fetch failed` says nothing; what is below it does. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: below } = (cause ?? {}) as { code?: string; message?: string };
  return code ?? below ?? message;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, stopped) => {
    const stop = () => {
      clearTimeout(timer);
      stopped(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      done();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
