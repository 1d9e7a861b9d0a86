import { describe, expect, it } from 'vitest';
import { wireDecoder, wireEncoder } from '../../src/readers/wire.ts';
import { countTerms } from '../../src/text/tokenize.ts';

const TEXTS = ['Restore a backup of the database', 'the database 数据库 restores', 'nothing shared with those'];

describe('the wire of a reader', () => {
  it('gives the terms back, whatever order its batches are asked for in', () => {
    const { countTerms: count, encode } = wireEncoder();
    const take = wireDecoder();
    const asked = TEXTS.map((text, position) => {
      const chunk = { id: `d${position}:0`, document: `d${position}`, position: 0, start: 0, end: text.length };
      return take(encode([{ ...chunk, text, context: '', locator: { line: 1 }, terms: count(text) }]));
    });
    const chunks = asked.toReversed().flatMap((make) => make());
    expect(chunks.map(({ id }) => id)).toEqual(['d2:0', 'd1:0', 'd0:0']);
    for (const { text, terms } of chunks) expect(terms).toEqual(countTerms(text));
  });
});
