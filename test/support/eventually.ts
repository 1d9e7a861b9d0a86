import { setTimeout as pause } from 'node:timers/promises';

/** Asks until it holds. Throws what it last said after `seconds`. */
export async function eventually<T>(seconds: number, holds: () => Promise<T>, everyMs = 500): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > end) throw error;
      await pause(everyMs);
    }
  }
}
