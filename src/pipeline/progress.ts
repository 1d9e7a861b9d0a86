import type { Io } from '../types.ts';

export interface Pace {
  total(count: number, bytes: number): void;
  /** Found on the way. */
  more(count: number): void;
  file(bytes: number, chunks: number, pages: number): void;
  chunks(count: number): void;
  end(): void;
}

const EVERY_MS = 250;

/** Turns what gets done into progress events, a few a second, with rates since the start and the time left. */
export function pace(io: Io, unit: 'files' | 'chunks'): Pace {
  const started = performance.now();
  const sums = { files: 0, pages: 0, chunks: 0, bytes: 0 };
  let total = 0;
  let totalBytes = 0;
  let reported = 0;

  const report = (force: boolean) => {
    const now = performance.now();
    if (total === 0 || (!force && now - reported < EVERY_MS)) return;
    reported = now;
    const seconds = (now - started) / 1000;
    const share = unit === 'files' && totalBytes > 0 ? sums.bytes / totalBytes : sums[unit] / total;
    io.report({
      type: 'progress',
      done: sums[unit],
      total,
      unit,
      rates: {
        ...(unit === 'files' ? { pages: sums.pages / seconds, bytes: sums.bytes / seconds } : {}),
        chunks: sums.chunks / seconds,
      },
      ...(share > 0 ? { etaSeconds: Math.max(0, seconds / share - seconds) } : {}),
    });
  };
  return {
    total(count, bytes) {
      total = count;
      totalBytes = bytes;
    },
    more(count) {
      total += count;
    },
    file(bytes, chunks, pages) {
      sums.files++;
      sums.bytes += bytes;
      sums.chunks += chunks;
      sums.pages += pages;
      report(false);
    },
    chunks(count) {
      sums.chunks += count;
      report(false);
    },
    end() {
      report(true);
    },
  };
}
