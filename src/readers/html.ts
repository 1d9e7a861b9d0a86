import { Parser } from 'htmlparser2';
import type { Section } from '../types.ts';
import { decodePieces, detectEncoding } from './decode.ts';
import { cutOff } from './html-end.ts';
import { htmlEvents, MOST_NESTED } from './html-events.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import type { SectionWriter } from './section-writer.ts';
import { sectionWriter } from './section-writer.ts';

/** What the page itself says is around its content is left out; a page that is nothing else is read whole. */
export async function* readHtml(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const encoding = detectEncoding(bytes);
  const mainOnly = hasMain(bytes);
  const inside = cutOff(bytes);
  if (inside) options.partial({ code: 'corrupt', reason: `the page ends inside ${inside}: it may be cut off` });
  for (const scope of mainOnly ? (['main', 'page', 'all'] as const) : (['page', 'all'] as const)) {
    let found = false;
    const writer = sectionWriter();
    const parser = new Parser(htmlEvents(writer, scope), { decodeEntities: true, lowerCaseTags: true });
    for (const piece of decodePieces(bytes, encoding)) {
      options.signal?.throwIfAborted();
      const whole = feed(parser, piece);
      if (!whole)
        options.partial({ code: 'too_large', reason: `elements nested ${MOST_NESTED} deep: the rest is left out` });
      for (const section of writer.take()) {
        found = true;
        yield section;
      }
      if (!whole) {
        const rest = writer.finish();
        if (!found && rest.length === 0)
          throw new ReadError('too_large', `no text before ${MOST_NESTED} nested elements`);
        yield* rest;
        return;
      }
    }
    parser.end();
    for (const section of writer.finish()) {
      found = true;
      yield section;
    }
    if (found) return;
  }
}

/** The text of a page within another document (a chapter, a mail), whole, into that document's sections. */
export function htmlInto(writer: SectionWriter, page: string, xhtml = false): void {
  const options = { decodeEntities: true, lowerCaseTags: true, recognizeSelfClosing: xhtml };
  const parser = new Parser(htmlEvents(writer, 'page'), options);
  if (feed(parser, page)) parser.end();
}

/** False if nothing behind this can be read. */
function feed(parser: Parser, piece: string): boolean {
  try {
    parser.write(piece);
    return true;
  } catch (error) {
    if (error instanceof ReadError && error.problem.code === 'too_large') return false;
    throw error;
  }
}

/** True if the page marks its content. The tags are ASCII, so the bytes will do. */
function hasMain(bytes: Uint8Array): boolean {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 2 ** 22)).toString('latin1');
  return /<main[\s>]/i.test(source) || /\brole\s*=\s*["']?main\b/i.test(source);
}
