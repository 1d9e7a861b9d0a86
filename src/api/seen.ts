import type { Caller } from '../accounts/accounts.ts';
import type { Context } from '../context.ts';
import { RagError } from '../errors.ts';
import type { Labels } from '../jobs.ts';
import { writerWithin } from '../store/within.ts';
import type { Call } from './call.ts';

/** The house as this caller sees it: nothing but their collections, and their own conversations. */
export function seenBy(context: Context, { user, collections }: Caller): Context {
  const own = { ...context, chats: () => context.chats(user) };
  if (collections === null) return own;
  return {
    ...own,
    reader: async () => (await context.reader()).onlyIn(collections),
    async latest() {
      const { store, release } = await context.latest();
      return { store: await store.onlyIn(collections), release };
    },
    // What belongs to others keeps its original.
    async services() {
      const services = await context.services();
      if (services === undefined) return undefined;
      const forget = async (sources: string[]) => {
        const { store, release } = await context.latest();
        try {
          for (const source of sources)
            if (collections.includes((await store.find(source))?.collection ?? ''))
              await services.register.forget([source]);
        } finally {
          release();
        }
      };
      return { ...services, register: { ...services.register, forget } };
    },
    // The file of a document that cannot be seen is not there.
    async originals() {
      const originals = await context.originals();
      return {
        async hold(source) {
          const { store, release } = await context.latest();
          try {
            if ((await (await store.onlyIn(collections)).find(source)) === undefined) return undefined;
          } finally {
            release();
          }
          return originals.hold(source);
        },
      };
    },
    async writer(...how) {
      const { store, release } = await context.writer(...how);
      return { store: await writerWithin(store, collections), release };
    },
    async writerIfFree() {
      const writer = await context.writerIfFree();
      return writer && { ...writer, store: await writerWithin(writer.store, collections) };
    },
  };
}

/** Which collection new documents go to, for a caller who may not write to all. Throws RagError('forbidden' | 'usage'). */
export function labelled({ caller, deps }: Call, labels: Labels): Labels {
  const { collections } = caller;
  if (collections === null) return labels;
  const { collection, defaultCollection = deps.context.config.values.COLLECTION } = labels;
  if (collection !== undefined && !collections.includes(collection))
    throw new RagError('forbidden', `you may not write to the collection ${collection}`, {
      zh: `您无权写入集合 ${collection}`,
    });
  const [only, ...more] = collections;
  const fallback = collections.includes(defaultCollection) ? defaultCollection : more.length === 0 ? only : undefined;
  if (collection === undefined && fallback === undefined)
    throw new RagError('usage', `name the collection: ${collections.join(', ')}`, { hint: '--collection NAME' });
  return { ...labels, within: collections, ...(fallback === undefined ? {} : { defaultCollection: fallback }) };
}

/** Throws RagError('refused') for a name under which somebody else's file is kept, or what lies in it. */
export async function mayBeWritten({ caller, whole }: Call, sources: string[]): Promise<void> {
  const { collections } = caller;
  if (collections === null) return;
  const services = await whole.services();
  const { store, release } = await whole.latest();
  try {
    const stamps = await store.stamps();
    for (const source of sources) {
      const held = [...stamps].filter(([name, { document }]) => document && isOrLiesIn(name, source));
      const owners = held.map(([, { collection }]) => collection);
      // A file that gave no document belongs to where it was sent.
      if (owners.length === 0) owners.push(...destination(await services?.register.find(source), whole));
      if (owners.some((owner) => !collections.includes(owner)))
        throw new RagError('refused', `${source} cannot be kept under this name`, {
          hint: 'choose another name or folder',
          zhHint: '请换一个名称或文件夹',
          zh: `${source} 不能使用此名称`,
        });
    }
  } finally {
    release();
  }
}

const isOrLiesIn = (name: string, source: string) => name === source || name.startsWith(`${source}!/`);

function destination(original: { labels: Labels } | undefined, { config }: Context): string[] {
  if (original === undefined) return [];
  const { collection, defaultCollection = config.values.COLLECTION } = original.labels;
  return [collection ?? defaultCollection];
}
