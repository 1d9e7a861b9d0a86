import { streamSSE } from 'hono/streaming';
import { RagError, spoken } from '../errors.ts';
import type { Event, Io } from '../types.ts';
import { type Call, ioOf, languageOf } from './call.ts';

const BEAT_MS = 15_000;

/**
 * A flow's events as server-sent events, its result as the last one: `event: token|progress|…`, `event: result`, or `event: error` with
 * `{code, message, hint}`. Nothing of it is held back for a slow client but what the socket holds.
 */
export function streamed(call: Call, work: (io: Io) => Promise<object>): Response {
  return streamSSE(call.http, async (stream) => {
    const send = (event: string, data: unknown) => stream.writeSSE({ event, data: JSON.stringify(data) });
    const controller = new AbortController();
    stream.onAbort(() => controller.abort());
    let last: Promise<unknown> = Promise.resolve();
    // Some wait long for a lock or a model: a line now and then tells proxies and clients that the connection lives.
    const beat = setInterval(() => {
      last = last.then(() => stream.write(': \n\n'));
    }, BEAT_MS);
    const report = (event: Event) => {
      last = last.then(() => send(event.type, event));
    };
    try {
      const result = await work({
        ...ioOf(call, report),
        signal: AbortSignal.any([controller.signal, call.http.req.raw.signal]),
      });
      await last;
      await send('result', result);
    } catch (error) {
      await last;
      if (controller.signal.aborted) return;
      if (!(error instanceof RagError))
        call.deps.log({ level: 'error', message: String((error as Error).stack ?? error) });
      const known =
        error instanceof RagError ? error : new RagError('unavailable', 'this is a bug in rag; the log has it');
      await send('error', { code: known.code, ...spoken(known, languageOf(call.http)) });
    } finally {
      clearInterval(beat);
    }
  });
}

/** Whether the client asked for events. */
export function wantsStream({ http, body }: Call): boolean {
  return body?.stream === true || (http.req.header('accept') ?? '').includes('text/event-stream');
}
