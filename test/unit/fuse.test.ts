import { describe, expect, it } from 'vitest';
import { fullMatch, fuse } from '../../src/pipeline/fuse.ts';
import { AVERAGE_LENGTH, idf, impact } from '../../src/text/bm25.ts';

describe('bm25', () => {
  it('follows the formula', () => {
    expect(idf(10, 2)).toBeCloseTo(Math.log(1 + 8.5 / 2.5), 12);
    expect(idf(10, 10)).toBeGreaterThan(0);
    // tf 2, average length: 2 · 2.2 / (2 + 1.2)
    expect(impact(2, AVERAGE_LENGTH)).toBeCloseTo(1.375, 12);
    // twice the average: 2 · 2.2 / (2 + 1.2 · (.25 + 1.5))
    expect(impact(2, 2 * AVERAGE_LENGTH)).toBeCloseTo(4.4 / 4.1, 12);
    expect(impact(1e9, 10)).toBeLessThan(2.2);
  });

  it('bounds a question by its own terms, unknown ones too', () => {
    const df = new Map([['a', 2]]);
    expect(fullMatch(['a', 'b'], { chunks: 10, df })).toBeCloseTo(
      2.2 * (Math.log(1 + 8.5 / 2.5) + Math.log(1 + 10.5 / 0.5)),
      12,
    );
    expect(fullMatch([], { chunks: 10, df })).toBe(0);
  });
});

describe('fuse', () => {
  const full = { bound: 10, coverage: 1 };

  it('adds the halves', () => {
    const candidates = [
      { chunk: 'a', bm25: 8, cosine: 0.8 },
      { chunk: 'b', bm25: 4, cosine: 0.9 },
      { chunk: 'c', bm25: 0, cosine: 0.7 },
    ];
    // b = 8/8, 4/8, 0; c = .5, 1, 0
    const scores = Object.fromEntries(fuse(candidates, full).map(({ chunk, score }) => [chunk, score]));
    expect(scores.a).toBeCloseTo(0.75, 12);
    expect(scores.b).toBeCloseTo(0.75, 12);
    expect(scores.c).toBe(0);
  });

  it('does not let a lone accidental match count as a full one', () => {
    const [first] = fuse(
      [
        { chunk: 'a', bm25: 1, cosine: 0.7 },
        { chunk: 'b', bm25: 0, cosine: 0.8 },
      ],
      full,
    );
    expect(first).toEqual({ chunk: 'b', score: 0.5 });
  });

  it('gives a chunk without a vector no dense half, and nobody one while few have vectors', () => {
    const candidates = [
      { chunk: 'a', bm25: 5 },
      { chunk: 'b', bm25: 2.5, cosine: 0.9 },
      { chunk: 'c', bm25: 0, cosine: 0.5 },
    ];
    expect(fuse(candidates, full)).toEqual([
      { chunk: 'b', score: 0.75 },
      { chunk: 'a', score: 0.5 },
      { chunk: 'c', score: 0 },
    ]);
    expect(fuse(candidates, { bound: 10, coverage: 0.09 })).toEqual([
      { chunk: 'a', score: 1 },
      { chunk: 'b', score: 0.5 },
      { chunk: 'c', score: 0 },
    ]);
  });

  it('breaks ties by chunk and survives the edges', () => {
    expect(fuse([], full)).toEqual([]);
    expect(
      fuse(
        [
          { chunk: 'b', bm25: 0, cosine: 0.5 },
          { chunk: 'a', bm25: 0, cosine: 0.5 },
        ],
        { bound: 0, coverage: 1 },
      ),
    ).toEqual([
      { chunk: 'a', score: 0 },
      { chunk: 'b', score: 0 },
    ]);
  });
});
