import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Session } from '../chats/chats.ts';
import type { Original, Side } from '../migrate/home.ts';
import type { Io } from '../types.ts';
import type { Client } from './client.ts';

const K = 10;
/** Originals listed in one request. */
const PAGE = 1000;

/** A home behind an API, as one side of a move. */
export function stackSide(client: Client, io: Io): Side {
  const { url, raw } = client;
  const { signal } = io;
  const json = async <T>(request: Parameters<typeof raw>[0]) => (await (await raw(request)).json()) as T;
  const binary = (parts: AsyncIterable<Uint8Array>) => ({ type: 'application/octet-stream', parts });
  /** What is kept there, by source; asked once. */
  let known: Map<string, string> | undefined;

  async function* originals(): AsyncGenerator<Original> {
    for (let after: string | undefined; ; ) {
      const query = { after, limit: String(PAGE) };
      const page = await json<{ originals: Original[]; more: boolean }>({
        ...{ path: '/api/v1/originals', query, repeatable: true, signal },
      });
      yield* page.originals;
      after = page.originals.at(-1)?.source;
      if (!page.more) return;
    }
  }

  return {
    name: url,
    async status() {
      const { documents, chunks, embedded, model } = await client.status(signal);
      return { documents, chunks, embedded, ...(model === undefined ? {} : { model }) };
    },
    async give(file) {
      const response = await raw({ path: '/api/v1/packs', repeatable: true, signal });
      await pipeline(Readable.fromWeb(response.body as never), createWriteStream(file, { flush: true }), { signal });
    },
    take: (file) =>
      json({
        ...{ method: 'POST', path: '/api/v1/packs', repeatable: false, signal },
        body: binary(createReadStream(file)),
      }),
    originals,
    async read({ sha256 }) {
      const response = await raw({ path: `/api/v1/originals/${sha256}`, repeatable: true, signal });
      return response.body as unknown as AsyncIterable<Uint8Array>;
    },
    async missing(wanted) {
      if (known === undefined) {
        known = new Map();
        for await (const { source, sha256 } of originals()) known.set(source, sha256);
      }
      return wanted.filter(({ source, sha256 }) => known!.get(source) !== sha256);
    },
    async write({ source, sha256, bytes, mtimeMs }, parts) {
      await raw({
        ...{ method: 'PUT', path: `/api/v1/originals/${sha256}`, repeatable: false, signal },
        query: { source, mtime: String(Math.floor(mtimeMs)), bytes: String(bytes) },
        body: binary(parts),
      });
    },
    async sessions() {
      const sessions: Session[] = [];
      for (const { id } of await client.chats(signal)) sessions.push(await client.session(id, signal));
      return sessions;
    },
    async remember(session) {
      const { added } = await json<{ added: number }>({
        ...{ method: 'POST', path: '/api/v1/chat/session', json: session, repeatable: true, signal },
      });
      return added;
    },
    async search(text, mode) {
      const { hits } = await client.search(
        { text, k: K, mode, embedBudget: 0, explain: false },
        { ...io, report() {} },
      );
      return hits.map(({ chunk }) => chunk);
    },
  };
}
