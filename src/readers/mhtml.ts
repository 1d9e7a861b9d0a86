import PostalMime from 'postal-mime';
import type { Section } from '../types.ts';
import { htmlInto } from './html.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { sectionWriter } from './section-writer.ts';

/** A saved page: the page itself, not what it pulls in. */
export async function* readMhtml(bytes: Uint8Array, _options: ReadOptions): AsyncGenerator<Section> {
  const archive = await PostalMime.parse(bytes, { maxNestingDepth: 50 });
  if (!archive.html) throw new ReadError('empty', 'no page in the web archive');
  const writer = sectionWriter();
  htmlInto(writer, archive.html);
  yield* writer.finish();
}
