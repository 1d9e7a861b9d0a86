import type { Section } from '../types.ts';
import { lineSections } from './line-sections.ts';
import { lines } from './lines.ts';
import type { ReadOptions } from './reader.ts';

/** Plain text, YAML and whatever else is read as it is. */
export async function* readText(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const sections = lineSections();
  for (const line of lines(bytes)) {
    sections.add(line);
    yield* handOut(sections.take(), options);
  }
  yield* sections.finish();
}

/** XML as it stands in the file; one whose outermost element does not end is cut off. */
export async function* readXml(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  let head = '';
  let tail = '';
  for await (const section of readText(bytes, options)) {
    if (head.length < TAIL) head += section.text;
    tail = (tail + section.text).slice(-TAIL);
    yield section;
  }
  const root = /<([\p{L}_][^\s/>]*)/u.exec(head.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<![^>]*>/g, ''))?.[1];
  if (root !== undefined && !tail.includes(`</${root}`) && !/\/>\s*(?:<!--[\s\S]*-->\s*)?$/.test(tail))
    options.partial({ code: 'corrupt', reason: `the XML ends in the middle: <${root}> is not closed` });
}

const TAIL = 4096;

function* handOut(sections: Section[], options: ReadOptions): Generator<Section> {
  for (const section of sections) {
    options.signal?.throwIfAborted();
    yield section;
  }
}
