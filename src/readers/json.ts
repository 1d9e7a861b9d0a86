import type { Section } from '../types.ts';
import { lineSections } from './line-sections.ts';
import { lines } from './lines.ts';
import type { ReadOptions } from './reader.ts';

/** About a passage or two: small elements share a section, larger ones get their own. */
const ELEMENT_BLOCK = 2_000;

/** JSON and JSON lines as they stand in the file, cut between the elements of the outermost list, object or lines. */
export async function* readJson(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const sections = lineSections();
  const state = { depth: 0, quoted: false };
  let length = 0;
  sections.start({ kind: 'code' });
  for (const line of lines(bytes)) {
    sections.add(line);
    length += line.length;
    follow(state, line);
    if (state.depth <= 1 && !state.quoted && length >= ELEMENT_BLOCK && line.endsWith('\n')) {
      sections.start({ kind: 'code' });
      length = 0;
    }
    for (const section of sections.take()) {
      options.signal?.throwIfAborted();
      yield section;
    }
  }
  yield* sections.finish();
  if (state.depth > 0) options.partial({ code: 'corrupt', reason: 'the JSON ends in the middle: it is cut off' });
}

/** Brackets outside strings. A line feed cannot stand in a JSON string, so a line starts unquoted unless it was cut for length. */
function follow(state: { depth: number; quoted: boolean }, line: string): void {
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 34) state.quoted = !state.quoted;
    else if (state.quoted) {
      if (code === 92) at++;
    } else if (code === 91 || code === 123) state.depth++;
    else if (code === 93 || code === 125) state.depth--;
  }
  if (line.endsWith('\n')) state.quoted = false;
}
