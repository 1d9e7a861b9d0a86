import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { highlighter } from '../../src/pipeline/highlight.ts';
import { tokens } from '../../src/text/tokenize.ts';
import type { LexicalQuery } from '../../src/types.ts';

const query = (terms: string[], expanded: string[] = []): LexicalQuery => ({
  ...{ terms, expanded, phrases: [], exclude: [], begun: [] },
});
const marked = (text: string, asked: LexicalQuery) =>
  highlighter(asked)(text).map(([start, end]) => text.slice(start, end));

describe('highlights', () => {
  it('find every word of every kind that the index would find', () => {
    const odd = `Haemoglobin, foetus, aeon, Oestrogen; eyed eyes dyed dying skies; ties, its, I, O(n); phoenix shoes. Organised
      colours travelled. e-mail, max_wal_size, C++, 10,000, o'clock, U.S.A. 中华人民共和国，備份與恢復。`;
    for (const text of [odd, readFileSync('README.md', 'utf8'), readFileSync('README.zh.md', 'utf8')]) {
      const places = new Map<string, [number, number][]>();
      for (const { term, start, end } of tokens(text)) {
        const known = places.get(term) ?? [];
        const last = known.at(-1);
        if (last && start <= last[1]) last[1] = Math.max(last[1], end);
        else known.push([start, end]);
        places.set(term, known);
      }
      for (const [term, spans] of places) expect(highlighter(query([term]))(text), term).toEqual(spans);
    }
  }, 120_000);

  it('mark Chinese words that the dictionary added to an English question', () => {
    const text = '如何恢复数据库的备份？备份每天一次。';
    expect(marked(text, query(['restor', 'backup'], ['恢复', '备份']))).toEqual(['恢复', '备份', '备份']);
    expect(marked('資料庫的備份', query(['backup'], ['备份']))).toEqual(['備份']);
    expect(marked('Restore a backup 恢复备份', query(['restor', 'backup'], ['恢复']))).toEqual([
      'Restore',
      'backup',
      '恢复',
    ]);
  });

  it('cut Chinese where Chinese was asked', () => {
    expect(marked('发展中国家的经济', query(['中国']))).toEqual([]);
  });
});
