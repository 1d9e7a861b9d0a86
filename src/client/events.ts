import { RagError } from '../errors.ts';
import type { Event } from '../types.ts';
import { errorOf, unreachable } from './request.ts';

/** A server that beats every 15 s and was silent this long is gone. */
const SILENCE_MS = 90_000;

/**
 * Server-sent events of a flow → its events, and its result. Throws the flow's error, or RagError('unavailable') if the stream ends
 * without either.
 */
export async function resultOf<T>(
  url: string,
  response: Response,
  report: (event: Event) => void,
  signal: AbortSignal,
): Promise<T> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) throw unreachable(url, 'its answer broke off', new Error('end of stream'));
      const blocks = (buffer + value).split('\n\n');
      buffer = blocks.pop()!;
      for (const block of blocks) {
        const { event, data } = parsed(block);
        if (data === '') continue;
        if (event === 'result') return JSON.parse(data) as T;
        if (event === 'error') throw errorOf(url, JSON.parse(data));
        report(JSON.parse(data) as Event);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof RagError ? error : unreachable(url, 'its answer broke off', error);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Lines that begin with a colon only say that the connection lives. */
function parsed(block: string): { event: string; data: string } {
  const field = (name: string) =>
    block
      .split('\n')
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ''))
      .join('\n');
  return { event: field('event'), data: field('data') };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error('silence')), SILENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
