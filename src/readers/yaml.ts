import type { Section } from '../types.ts';
import { lineSections } from './line-sections.ts';
import { lines } from './lines.ts';
import type { ReadOptions } from './reader.ts';

const ELEMENT_BLOCK = 2_000;

/** YAML as it stands in the file, cut before top-level keys, list items and documents. */
export async function* readYaml(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const sections = lineSections();
  let length = 0;
  sections.start({ kind: 'code' });
  for (const line of lines(bytes)) {
    if (length >= ELEMENT_BLOCK && /^[^\s#}\]]/.test(line)) {
      sections.start({ kind: 'code' });
      length = 0;
    }
    sections.add(line);
    length += line.length;
    for (const section of sections.take()) {
      options.signal?.throwIfAborted();
      yield section;
    }
  }
  yield* sections.finish();
}
