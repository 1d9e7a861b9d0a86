import type { StoreReader } from '../store/store.ts';
import type { Document } from '../types.ts';
import { sha256 } from './digest.ts';

export interface DiffInput {
  /** ISO time. */
  from: string;
  /** ISO time; undefined: now. */
  to?: string;
}

export interface DocumentChange {
  source: string;
  title: string;
  /** Passages that only the later, or only the earlier version has. */
  passages: { added: number; removed: number };
}

export interface DiffResult {
  from: string;
  to: string;
  added: DocumentChange[];
  changed: DocumentChange[];
  removed: DocumentChange[];
}

/** Passages read at once. */
const PAGE = 64;

/** What came, changed and went between two moments, by source. Old versions are known until they are pruned. */
export async function diff(store: StoreReader, input: DiffInput): Promise<DiffResult> {
  const before = await documentsAt(store, input.from);
  const after = await documentsAt(store, input.to);
  const result: DiffResult = {
    from: input.from,
    to: input.to ?? new Date().toISOString(),
    added: [],
    changed: [],
    removed: [],
  };
  const change = ({ source, title }: Document, added: number, removed: number): DocumentChange => ({
    ...{ source, title, passages: { added, removed } },
  });
  for (const [source, document] of after) {
    const old = before.get(source);
    if (old === undefined) result.added.push(change(document, await store.chunkCount(document), 0));
    else if (old.id !== document.id) {
      const was = await passagesOf(store, old);
      const is = await passagesOf(store, document);
      result.changed.push(change(document, without(is, was), without(was, is)));
    }
  }
  for (const [source, document] of before)
    if (!after.has(source)) result.removed.push(change(document, 0, await store.chunkCount(document)));
  return result;
}

async function documentsAt(store: StoreReader, asOf: string | undefined): Promise<Map<string, Document>> {
  const found = new Map<string, Document>();
  // Where each section starts can be long, and nobody asks for it here.
  for await (const document of store.documents(asOf === undefined ? undefined : { asOf }))
    found.set(document.source, { ...document, sections: [] });
  return found;
}

/** How often each text occurs, by digest. */
async function passagesOf(store: StoreReader, document: Document): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const total = await store.chunkCount(document);
  for (let at = 0; at < total; at += PAGE) {
    const ids = Array.from({ length: Math.min(PAGE, total - at) }, (_, i) => `${document.id}:${at + i}`);
    for (const { chunk } of (await store.read(ids)).values()) {
      const digest = sha256(chunk.text);
      counts.set(digest, (counts.get(digest) ?? 0) + 1);
    }
  }
  return counts;
}

/** How many of the first the second does not have. */
function without(these: Map<string, number>, those: Map<string, number>): number {
  let sum = 0;
  for (const [digest, count] of these) sum += Math.max(0, count - (those.get(digest) ?? 0));
  return sum;
}
