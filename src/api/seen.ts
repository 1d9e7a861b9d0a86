import type { Caller } from '../accounts/accounts.ts';
import type { Context } from '../context.ts';
import { isWithin, writerWithin } from '../store/within.ts';

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
            if (await isWithin(store, source, collections)) await services.register.forget([source]);
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
