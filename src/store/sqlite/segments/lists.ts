import { dictionaryWriter } from './dictionary.ts';
import type { FileWriter } from './files.ts';
import type { Section } from './format.ts';
import type { Kernel } from './kernel.ts';

/** Bytes of encoded lists that are gathered before they are written. */
const GATHERED = 1 << 18;
/** An encoded posting is never longer: two varints. */
const WIDEST = 10;

export interface ListWriter {
  /** `n` postings, their ordinals and tfs at these addresses of the kernel's memory. Terms come in the order of their bytes. */
  add(term: Uint8Array, ordinals: number, tfs: number, n: number): void;
  end(): { index: Section; blocks: number };
}

/** Posting lists to the file, the dictionary behind them. `lengths`: address of the chunks' lengths, u16 by ordinal. */
export function listWriter(kernel: Kernel, file: FileWriter, lengths: number): ListWriter {
  const dictionary = dictionaryWriter(kernel, file);
  const head = kernel.region('list head', 8);
  let filled = 0;
  const flush = () => {
    file.write(kernel.bytes(kernel.region('lists out', 0), filled));
    filled = 0;
  };
  return {
    add(term, ordinals, tfs, n) {
      const widest = n * WIDEST + 16 * (1 + n / 128);
      if (filled > GATHERED) flush();
      if (filled > 0 && filled + widest > 2 * GATHERED) flush();
      const out = kernel.region('lists out', Math.max(2 * GATHERED, widest)) + filled;
      const bytes = kernel.run.encode(ordinals, tfs, n, lengths, out, head);
      const [largest, sum] = kernel.u32(head, 2) as unknown as [number, number];
      dictionary.add(term, n, bytes, largest, sum, file.at + filled);
      filled += bytes;
    },
    end() {
      flush();
      return dictionary.end();
    },
  };
}
