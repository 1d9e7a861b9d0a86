import type { StoreReader } from '../store/store.ts';
import type { Filter, LexicalQuery } from '../types.ts';

/**
 * Passages of the documents that pass the filter, in reading order, at most `room` of them that are not in `known` and that the query does
 * not exclude. What `title:` names is shown though its passages have none of the words.
 */
export async function titled(
  store: StoreReader,
  query: LexicalQuery,
  filter: Filter,
  known: ReadonlySet<string>,
  room: number,
): Promise<string[]> {
  const found: string[] = [];
  for await (const document of store.documents(filter)) {
    const count = await store.chunkCount(document);
    const ids = Array.from({ length: count }, (_, i) => `${document.id}:${i}`).filter((id) => !known.has(id));
    const scores = await store.score(ids, query);
    for (const id of ids) {
      if (found.length >= room) return found;
      if (!scores.get(id)?.excluded) found.push(id);
    }
  }
  return found;
}
