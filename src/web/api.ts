import type { Event, Problem, Routes } from './api-types.ts';
import { languageNow } from './preferences.ts';
import { fresh } from './session.ts';
import { eventParser } from './sse.ts';
import { token } from './token.ts';

type Query<R> = R extends { query: infer Q } ? { query: Q } : { query?: undefined };
type Body<R> = R extends { body: infer B } ? { body: B } : { body?: undefined };
export type Input<K extends keyof Routes> = Query<Routes[K]> & Body<Routes[K]> & { signal?: AbortSignal };

/** What the server, or the way to it, has against a request. `offline`: it did not answer at all. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor({ code, message, hint }: Problem) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

export async function call<K extends keyof Routes>(route: K, input: Input<K>): Promise<Routes[K]['result']> {
  return (await request(route, input)).json();
}

/** As `call`, with events on the way. */
export async function stream<K extends keyof Routes>(
  route: K,
  input: Input<K>,
  report: (event: Event) => void,
): Promise<Routes[K]['result']> {
  const body = { ...(input.body as object), stream: true };
  const answer = await request(route, { ...input, body });
  const parse = eventParser();
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(lost);
    if (done) throw lost();
    for (const { event, data } of parse(value)) {
      if (event === 'result') return data as Routes[K]['result'];
      if (event === 'error') throw new ApiError(data as Problem);
      report(data as Event);
    }
  }
}

interface Sent {
  query?: object | undefined;
  body?: unknown;
  signal?: AbortSignal;
}

async function request(route: string, { query, body, signal }: Sent): Promise<Response> {
  const [method, path] = route.split(' ') as [string, string];
  await fresh();
  const answer = await fetch(pathOf(path, query), {
    ...{ method, headers: headers(), cache: 'no-store' },
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(signal ? { signal } : {}),
  }).catch(lost);
  if (!answer.ok) throw refused(answer.status, await answer.text());
  return answer;
}

/** The original file of a document. */
export async function original(source: string): Promise<Blob> {
  return (await request('GET /api/v1/documents/file', { query: { source } })).blob();
}

export function headers(): Record<string, string> {
  return { authorization: `Bearer ${token.get().value}`, 'accept-language': languageNow() };
}

function pathOf(path: string, query: object | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) params.set(name, String(value));
  return params.size > 0 ? `${path}?${params}` : path;
}

/** A body that says what is wrong; without the right token the page asks for one. */
export function refused(status: number, text: string): ApiError {
  if (status === 401) token.set({ ...token.get(), refused: true });
  try {
    return new ApiError((JSON.parse(text) as { error: Problem }).error);
  } catch {
    return new ApiError({ code: 'bug', message: `HTTP ${status}` });
  }
}

export function lost(cause?: unknown): never {
  if (cause instanceof Error && cause.name === 'AbortError') throw cause;
  throw new ApiError({ code: 'offline', message: '' });
}
