import { createHash } from 'node:crypto';
import { countTerms } from '../../src/text/tokenize.ts';
import type { Chunk, Document } from '../../src/types.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A document of paragraphs, one chunk each, and its chunks. */
export function documentOf(
  source: string,
  paragraphs: string[],
  more: Partial<Document> = {},
): { document: Document; chunks: Chunk[] } {
  const text = paragraphs.join('');
  const id = sha256(`${source}\0${sha256(text)}`);
  let start = 0;
  const chunks = paragraphs.map((paragraph, position): Chunk => {
    const chunk = {
      id: `${id}:${position}`,
      document: id,
      position,
      start,
      end: start + paragraph.length,
      text: paragraph,
      context: '',
      locator: { line: position + 1 },
      terms: countTerms(paragraph),
    };
    start += paragraph.length;
    return chunk;
  });
  const document: Document = {
    ...{
      id,
      source,
      title: source,
      type: 'text',
      bytes: text.length,
      sha256: sha256(text),
      mtimeMs: 1_700_000_000_000,
    },
    ...{
      collection: 'default',
      tags: {},
      ingested: new Date().toISOString(),
      status: 'ok',
      sections: [{ start: 0, locator: {} }],
    },
    ...more,
  };
  return { document, chunks };
}

/** A unit vector that points mostly along one axis. */
export function axis(dimension: number, dimensions = 16, tilt = 0.1): Float32Array {
  const vector = new Float32Array(dimensions).fill(tilt / Math.sqrt(dimensions));
  vector[dimension % dimensions] = 1;
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
