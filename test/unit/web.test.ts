import { describe, expect, it } from 'vitest';
import { addressOf, parseAddress, passageOf, passageParams, viewKey, withParams } from '../../src/web/address.ts';
import { answerBlocks, leftOut } from '../../src/web/ask/answer-text.ts';
import { filterCount, searchBody } from '../../src/web/search/filter.ts';
import { eventParser } from '../../src/web/sse.ts';
import { comparable, overall } from '../../src/web/status/series.ts';
import { placeAt, stretches, windowOf } from '../../src/web/viewer/passage.ts';

describe('an event stream', () => {
  it('comes in whatever pieces', () => {
    const text =
      'event: token\ndata: {"text":"半"}\n\n: a comment\n\nevent: result\r\ndata: {"a":\r\ndata: 1}\r\n\r\nevent: rest\n';
    for (const size of [1, 3, 1000]) {
      const parse = eventParser();
      const pieces = text.replaceAll('\r\n', '\n').match(new RegExp(`[\\s\\S]{1,${size}}`, 'g'))!;
      expect(pieces.flatMap(parse)).toEqual([
        { event: 'token', data: { text: '半' } },
        { event: 'result', data: { a: 1 } },
      ]);
    }
  });
});

describe('an address', () => {
  it('says what is shown, and a passage beside it leaves the view as it is', () => {
    const address = parseAddress('#/search?q=a%20b&in=docs%2F**');
    expect([address.view, address.params.get('q')]).toEqual(['search', 'a b']);
    const opened = parseAddress(withParams(address, passageParams('报告 1.pdf', { start: 3, end: 9 })));
    expect(passageOf(opened.params)).toEqual({ source: '报告 1.pdf', start: 3, end: 9, page: undefined, as: 'text' });
    expect(viewKey(opened)).toBe(viewKey(address));
    expect(parseAddress('#/nowhere').view).toBe('ask');
    expect(addressOf('status', { a: undefined, b: '' })).toBe('#/status');
    expect(passageOf(parseAddress('#/ask?doc=x&at=nonsense').params)).toMatchObject({ start: 0, end: 0 });
  });
});

describe('an answer', () => {
  it('is cut into lines, citations and what nothing supports', () => {
    const blocks = answerBlocks(
      'From your documents:\n“Kept 35 days.” [1]\n- **bold** `code` [2, 3]\n\nPurple ceilings. <b>x</b>',
      ['Purple ceilings.'],
    );
    expect(blocks.map(({ kind }) => kind)).toEqual(['paragraph', 'quote', 'item', 'paragraph']);
    expect(blocks[1]!.parts).toEqual([
      { kind: 'text', text: '“Kept 35 days.”\u00a0' },
      { kind: 'citation', n: 1 },
    ]);
    expect(blocks[2]!.parts.filter(({ kind }) => kind === 'citation')).toEqual([
      { kind: 'citation', n: 2 },
      { kind: 'citation', n: 3 },
    ]);
    expect(blocks[3]!.parts).toEqual([
      { kind: 'text', text: 'Purple ceilings.', unsupported: true },
      { kind: 'text', text: ' <b>x</b>' },
    ]);
    expect(leftOut('a b', ['b', 'c'])).toEqual(['c']);
  });
});

describe('filters', () => {
  it('of an address are those of a search', () => {
    const params = new URLSearchParams(
      'q= x &in=a/**, b&type=pdf&tag=year=2026&collection=c&mode=lexical&k=20&since=2026-01-02&until=2026-01-02',
    );
    const body = searchBody(params)!;
    expect(body).toMatchObject({ text: 'x', k: 20, mode: 'lexical' });
    expect(body.filter).toMatchObject({ in: ['a/**', 'b'], type: ['pdf'], tags: { year: '2026' }, collection: 'c' });
    // A day, whatever the time zone.
    expect(Date.parse(body.filter!.until!) - Date.parse(body.filter!.since!)).toBe(86_400_000 - 1);
    expect(filterCount(params)).toBe(8);
    expect(searchBody(new URLSearchParams('q=%20'))).toBeUndefined();
    expect(searchBody(new URLSearchParams('q=x&mode=magic'))).toEqual({ text: 'x', k: 10, mode: 'hybrid' });
  });
});

describe('a passage', () => {
  const text = 'one\ntwo\nthree\nfour\n';
  const sections = [
    { locator: { start: 0, end: 8, line: 1, heading: ['A'] } },
    { locator: { start: 8, end: 14, line: 3, heading: ['A'] } },
    { locator: { start: 14, end: 19, line: 4, heading: ['B'] } },
  ];

  it('is shown with its surroundings, nothing lost or doubled', () => {
    for (let start = 0; start < text.length; start++)
      for (let end = start; end <= text.length; end++) {
        const found = stretches(text, sections, { start: 0, end: text.length }, { start, end });
        const pieces = found.flatMap((stretch) => stretch.pieces);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        expect(
          pieces
            .filter(({ marked }) => marked)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text.slice(start, end));
        expect(found.length).toBe(2);
      }
  });

  it('of a long text comes with whole lines', () => {
    expect(windowOf(text, { start: 9, end: 10 }, 3, 3)).toEqual({ start: 4, end: 14 });
    expect(windowOf(text, { start: 0, end: 0 }, 100, 100)).toEqual({ start: 0, end: 19 });
    expect(placeAt(text, sections, 16)).toMatchObject({ heading: ['B'], line: 4 });
    expect(placeAt(text, sections, 5)).toMatchObject({ line: 2 });
  });
});

describe('a history', () => {
  it('compares what can be compared, each question with one voice', () => {
    const set = (name: string, queries: number, ndcg10: number) => ({
      ...{ name, queries, ndcg10, recall10: 1, mrr10: 1, p50ms: 1, p95ms: 1 },
    });
    const run = (questions: string, mode: string) => ({
      at: '',
      questions,
      mode,
      sets: [set('a', 3, 1), set('b', 1, 0)],
    });
    const runs = [run('x', 'hybrid'), run('y', 'hybrid'), run('y', 'lexical'), run('y', 'hybrid')];
    expect(comparable(runs)).toEqual([runs[1], runs[3]]);
    expect(overall(runs[0]!, 'ndcg10')).toBe(0.75);
  });
});
