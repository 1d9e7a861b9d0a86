import type { Limits } from './limits.ts';

/** Keys of which the count is kept; beyond that all counts of the window begin anew. */
const MOST_KEYS = 100_000;

/** Counts of this process. */
export function openMemoryLimits(now: () => number = Date.now): Limits {
  const windows = new Map<number, { window: number; counts: Map<string, number> }>();
  return {
    async take(key, most, seconds) {
      const window = Math.floor(now() / 1000 / seconds);
      let kept = windows.get(seconds);
      if (kept?.window !== window || kept.counts.size > MOST_KEYS)
        windows.set(seconds, (kept = { window, counts: new Map() }));
      const count = (kept.counts.get(key) ?? 0) + 1;
      kept.counts.set(key, count);
      return count <= most;
    },
    async close() {},
  };
}
