import { describe, expect, it } from 'vitest';
import { type ChunkOptions, chunkSections, type Passage } from '../../src/text/chunk.ts';
import type { Section } from '../../src/types.ts';

// A stand-in for the model's tokenizer with the same extremes: a token a word piece, one a Han character.
const countTokens = (text: string): number => (text.match(/[A-Za-z]{1,4}|\d|[^\sA-Za-z\d]/gu) ?? []).length;
const limits: ChunkOptions = { maxTokens: 400, countTokens };

async function chunks(sections: Section[], options: Partial<ChunkOptions> = {}): Promise<Passage[]> {
  return Array.fromAsync
    ? Array.fromAsync(chunkSections(sections, { ...limits, ...options }))
    : collect(sections, options);
}

async function collect(sections: Section[], options: Partial<ChunkOptions>): Promise<Passage[]> {
  const found: Passage[] = [];
  for await (const passage of chunkSections(sections, { ...limits, ...options })) found.push(passage);
  return found;
}

/** Small, fast, seeded: a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const ATOMS = [
  'word ',
  'x',
  '。',
  '中文',
  '，',
  '\r\n',
  '\n',
  '\n\n',
  '\t',
  ' ',
  '😀',
  '👩‍👩‍👧',
  'e\u0301',
  '\ud800',
  '| a | b |\n',
  '}\n',
  '12.5',
  'ＡＢ',
  'a'.repeat(700),
  '汉'.repeat(900),
  '    return x;\n',
  '- item\n',
  '\u3000',
];

describe('chunkSections', () => {
  it('partitions any text', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const next = random(seed);
      const sections: Section[] = Array.from({ length: 1 + Math.floor(next() * 8) }, (_, page) => ({
        locator: next() < 0.5 ? { page: 1 + page } : { heading: [`H${Math.floor(next() * 3)}`], line: 1 },
        text: Array.from({ length: Math.floor(next() * 300) }, () => ATOMS[Math.floor(next() * ATOMS.length)]).join(''),
        kind: (['prose', 'table', 'code'] as const)[Math.floor(next() * 3)]!,
      }));
      const full = sections.map((section) => section.text).join('');
      const passages = await chunks(sections);
      expect(passages.map((passage) => passage.text).join('')).toBe(full);
      let end = 0;
      for (const passage of passages) {
        expect(passage.start).toBe(end);
        expect(passage.text).toBe(full.slice(passage.start, passage.end));
        expect(countTokens(`${passage.context}\n${passage.text}`)).toBeLessThanOrEqual(400);
        expect(full.slice(end - 1, end + 1)).not.toMatch(/^(?:\r\n|[\ud800-\udbff][\udc00-\udfff])$/);
        end = passage.end;
      }
    }
  });
});
