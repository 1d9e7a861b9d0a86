import type { Context as HonoContext } from 'hono';
import { RagError } from '../errors.ts';

/** Uploads are streamed and have limits of their own. */
const MAX_BODY = 2 * 2 ** 20;
const BODY_MS = 20_000;

/** Throws RagError('too_large') for a body that says itself that it is longer. */
export function atMost(http: HonoContext, bytes: number, what: string): void {
  if (Number(http.req.header('content-length') ?? 0) > bytes)
    throw new RagError('too_large', `${what} has at most ${bytes} bytes`);
}

/** A body of JSON. Throws RagError('too_large' | 'too_slow' | 'usage'). */
export async function jsonBody(http: HonoContext): Promise<unknown> {
  atMost(http, MAX_BODY, 'this body');
  const reader = http.req.raw.body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  let clock: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    clock = setTimeout(() => failed(new RagError('too_slow', `the body did not come in ${BODY_MS / 1000} s`)), BODY_MS);
  });
  try {
    while (reader) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) break;
      size += value.length;
      if (size > MAX_BODY) throw new RagError('too_large', `this body has at most ${MAX_BODY} bytes`);
      parts.push(value);
    }
  } finally {
    clearTimeout(clock);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (cause) {
    throw new RagError('usage', 'the body is not JSON', { cause });
  }
}
