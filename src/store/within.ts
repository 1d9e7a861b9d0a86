import { RagError } from '../errors.ts';
import { inSpaces } from '../space.ts';
import type { Document } from '../types.ts';
import type { Store, StoreReader } from './store.ts';

/** Whether what has this name is these collections' own: the document, or where there is none, the name. */
export async function isWithin(store: StoreReader, source: string, collections: string[]): Promise<boolean> {
  const found = await store.find(source);
  return found === undefined ? inSpaces(source, collections) : collections.includes(found.collection);
}

/** A writer that sees these collections alone and changes nothing outside of them. */
export async function writerWithin(store: Store, collections: string[]): Promise<Store> {
  const { pending, check, ...writes } = writesWithin(store, collections);
  return { ...writes, ...(await store.onlyIn(collections)), pending, check };
}

/**
 * A writer that changes nothing outside of these collections. Throws RagError('forbidden') for another collection,
 * RagError('refused') for a name under which somebody else's document is kept.
 */
export function writesWithin(store: Store, collections: string[]): Store {
  const mine = (collection: string) => collections.includes(collection);

  async function free(source: string): Promise<void> {
    const taken = await store.find(source);
    if (taken === undefined || mine(taken.collection)) return;
    throw new RagError('refused', `${source} cannot be kept under this name`, {
      hint: 'choose another name or folder',
      zhHint: '请换一个名称或文件夹',
      zh: `${source} 不能使用此名称`,
    });
  }
  async function may({ source, collection }: Pick<Document, 'source' | 'collection'>): Promise<void> {
    if (!mine(collection))
      throw new RagError('forbidden', `you may not write to the collection ${collection}`, {
        zh: `您无权写入集合 ${collection}`,
      });
    await free(source);
  }
  const seen = (source: string) => isWithin(store, source, collections);
  const whole = async (): Promise<never> => {
    throw new RagError('forbidden', 'this concerns all of the home, and you see a part of it');
  };

  return {
    ...store,
    async put(puts, options) {
      for (const { document } of puts) await may(document);
      for (const source of options?.removed ?? []) await free(source);
      await store.put(puts, options);
    },
    async draft(document) {
      await may(document);
      const { commit, ...draft } = await store.draft(document);
      return {
        ...draft,
        async commit(complete) {
          await may(complete);
          await commit(complete);
        },
      };
    },
    remove: async (source) => (await seen(source)) && store.remove(source),
    async touch(source, mtimeMs) {
      if (await seen(source)) await store.touch(source, mtimeMs);
    },
    async label(source, labels) {
      if (!(await seen(source))) return false;
      if (labels.collection !== undefined) await may({ source, collection: labels.collection });
      return store.label(source, labels);
    },
    async note(source, stamp) {
      await free(source);
      await store.note(source, stamp);
    },
    pending: (model) => store.pending(model, collections),
    ...{
      dropVectors: whole,
      shelve: whole,
      switchShelf: whole,
      dropShelf: whole,
      repair: whole,
      prune: whole,
      check: whole,
    },
  };
}
