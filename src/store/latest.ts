import type { StoreReader } from './store.ts';

/** A reader of the newest state, for a process that runs on while others write. */
export interface Latest {
  /** The reader is kept open until `release`, also when a newer state comes. */
  hold(): Promise<{ store: StoreReader; release(): void }>;
  close(): Promise<void>;
}

interface Kept {
  state: string;
  store: Promise<StoreReader>;
  users: number;
}

/** `state` changes with each commit and costs next to nothing. */
export function latest(open: () => Promise<StoreReader>, state: () => string): Latest {
  let current: Kept | undefined;
  const retire = async (kept: Kept) => (await kept.store).close();

  return {
    async hold() {
      const now = state();
      if (current?.state !== now) {
        const old = current;
        current = { state: now, store: open(), users: 0 };
        if (old && old.users === 0) await retire(old);
      }
      const kept = current;
      kept.users++;
      const release = () => {
        kept.users--;
        if (kept.users === 0 && kept !== current) void retire(kept);
      };
      try {
        return { store: await kept.store, release };
      } catch (error) {
        // Tried anew by the next one.
        if (current === kept) current = undefined;
        throw error;
      }
    },
    async close() {
      if (current) await retire(current);
      current = undefined;
    },
  };
}
