import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { mkdir, open, rename, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { exportPack } from '../archive/export.ts';
import { importPack } from '../archive/import.ts';
import type { Chats } from '../chats/chats.ts';
import { RagError } from '../errors.ts';
import { type SearchDeps, search } from '../pipeline/search.ts';
import { belowRoot } from '../pipeline/walk.ts';
import type { Stamp, Store, StoreReader } from '../store/store.ts';
import type { Io } from '../types.ts';
import type { Original, Side } from './home.ts';

export interface FolderDeps {
  /** The folder that holds `.rag/`. */
  root: string;
  /** The newest state. */
  latest(): Promise<{ store: StoreReader; release(): void }>;
  /** Taken only where something is written. */
  writer(): Promise<{ store: Store; release(): Promise<void> }>;
  chats: Chats;
  /** Drivers of a search in this state. */
  searching(store: StoreReader): Promise<SearchDeps>;
}

const K = 10;

/** A home in a folder. */
export function folderSide({ root, latest, writer, chats, searching }: FolderDeps, io: Io): Side {
  async function reading<T>(work: (store: StoreReader) => Promise<T>): Promise<T> {
    const { store, release } = await latest();
    return work(store).finally(release);
  }

  return {
    name: root,
    status: () =>
      reading(async (store) => {
        const { documents, chunks, embedded } = await store.coverage();
        const { model } = await store.fingerprint();
        return { documents, chunks, embedded, ...(model === undefined ? {} : { model }) };
      }),
    give: (target) => reading(async (store) => void (await exportPack(store, { target }, io))),
    async take(file) {
      const { store: to, release } = await writer();
      try {
        return await importPack(to, { file }, io);
      } finally {
        await release();
      }
    },
    async *originals() {
      const stamps = await reading((store) => store.stamps());
      for (const [source, { document, container, sha256, bytes, mtimeMs }] of stamps)
        if ((document || container) && !isMember(source, stamps)) yield { source, sha256, bytes, mtimeMs };
    },
    async read(original) {
      const path = resolve(root, original.source);
      if ((await digestOf(path)) !== original.sha256)
        throw new RagError(
          'not_found',
          `${original.source} is not there any more as it was read: its text goes alone`,
          {
            hint: 'rag ingest it again, then repeat this',
            zhHint: '请用 rag ingest 重新导入，然后重复此操作',
            zh: `${original.source} 已不是当初读取时的文件：只迁移其文本`,
          },
        );
      return createReadStream(path) as AsyncIterable<Uint8Array>;
    },
    async missing(originals) {
      const wanted: Original[] = [];
      for (const original of originals) {
        const path = belowRoot(root, original.source);
        if (path === undefined || (await digestOf(path)) !== original.sha256) wanted.push(original);
      }
      return wanted;
    },
    async write(original, bytes) {
      const path = placeOf(root, original.source);
      if (statSync(path, { throwIfNoEntry: false }) !== undefined)
        throw new RagError(
          'refused',
          `${path} is another file than the original of ${original.source}: left as it is`,
          {
            hint: 'move it away, then repeat this',
            zhHint: '请先移走它，然后重复此操作',
            zh: `${path} 与 ${original.source} 的原件不同：保持不变`,
          },
        );
      await mkdir(dirname(path), { recursive: true });
      const part = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
      const file = await open(part, 'wx');
      try {
        const hash = createHash('sha256');
        await pipeline(
          bytes,
          async function* (parts) {
            for await (const one of parts) {
              hash.update(one);
              yield one;
            }
          },
          file.createWriteStream({ flush: true }),
          { signal: io.signal },
        );
        if (hash.digest('hex') !== original.sha256)
          throw new RagError('verify', `the original of ${original.source} came with other bytes than it should have`);
        await utimes(part, original.mtimeMs / 1000, original.mtimeMs / 1000);
        await rename(part, path);
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    sessions: () => chats.list(),
    async remember({ id, turns }) {
      const known = (await chats.find(id))?.turns.length ?? 0;
      for (const turn of turns.slice(known)) await chats.append(id, turn);
      return Math.max(0, turns.length - known);
    },
    search: (text, mode) =>
      reading(async (store) => {
        const how = { text, k: K, mode, embedBudget: 0, explain: false };
        const { hits } = await search(await searching(store), how, { ...io, report() {} });
        return hits.map(({ chunk }) => chunk);
      }),
  };
}

/** What came out of an archive or a mail has its original in that file. */
function isMember(source: string, stamps: Map<string, Stamp>): boolean {
  for (let at = source.indexOf('!/'); at > 0; at = source.indexOf('!/', at + 1))
    if (stamps.has(source.slice(0, at))) return true;
  return false;
}

/** Throws RagError('refused') for what would lie outside of the folder. */
function placeOf(root: string, source: string): string {
  const path = belowRoot(root, source);
  if (path !== undefined) return path;
  throw new RagError('refused', `${source} lies outside of ${root}: its text comes alone`, {
    zh: `${source} 不在 ${root} 之下：只迁移其文本`,
  });
}

async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const part of createReadStream(path)) hash.update(part as Buffer);
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}
