import type { Section } from '../types.ts';
import { lineSections } from './line-sections.ts';
import { lines } from './lines.ts';
import type { ReadOptions } from './reader.ts';

/** Plain text, YAML, XML and whatever else is read as it is. */
export async function* readText(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const sections = lineSections();
  for (const line of lines(bytes)) {
    sections.add(line);
    yield* handOut(sections.take(), options);
  }
  yield* sections.finish();
}

function* handOut(sections: Section[], options: ReadOptions): Generator<Section> {
  for (const section of sections) {
    options.signal?.throwIfAborted();
    yield section;
  }
}
