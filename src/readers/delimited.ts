import type { Section } from '../types.ts';
import { lineSections } from './line-sections.ts';
import { lines } from './lines.ts';
import type { ReadOptions } from './reader.ts';

/** CSV and TSV as they stand in the file. The first record is the header; a quoted cell of several lines is never cut. */
export async function* readDelimited(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const sections = lineSections();
  let open = false;
  let record = '';
  let header: string | undefined;
  const finish = () => {
    if (header === undefined && record.trim() !== '') {
      header = record.replace(/\s+$/, '').slice(0, 2_000);
      sections.start({ kind: 'table', header });
    }
    sections.add(record);
    record = '';
  };
  for (const line of lines(bytes)) {
    record += line;
    // An odd number of quotes opens or closes a quoted cell; doubled quotes inside count twice and change nothing.
    if (oddQuotes(line)) open = !open;
    if (open && record.length < RUNAWAY) continue;
    open = false;
    finish();
    for (const section of sections.take()) {
      options.signal?.throwIfAborted();
      yield section;
    }
  }
  if (record !== '') finish();
  yield* sections.finish();
}

/** A quote that never closes must not swallow the file. */
const RUNAWAY = 32_768;

function oddQuotes(line: string): boolean {
  let odd = false;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) odd = !odd;
  return odd;
}
