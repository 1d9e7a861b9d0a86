import type { Context as HonoContext } from 'hono';
import { RagError } from '../errors.ts';

/** Uploads are streamed and have limits of their own. */
const MAX_BODY = 2 * 2 ** 20;
const BODY_MS = 20_000;

/** A body of JSON. Throws RagError('too_large' | 'too_slow' | 'usage'). */
export async function jsonBody(http: HonoContext): Promise<unknown> {
  const tooLarge = () => new RagError('too_large', `the body is over ${MAX_BODY} bytes`);
  if (Number(http.req.header('content-length') ?? 0) > MAX_BODY) throw tooLarge();
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
      if (size > MAX_BODY) throw tooLarge();
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
