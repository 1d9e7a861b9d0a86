import { describe, expect, it } from 'vitest';
import { hasPhrase } from '../../src/text/phrase.ts';
import { parseQuery } from '../../src/text/query.ts';

describe('parseQuery', () => {
  it.each<[string, string[]]>([
    ['How do I restore the backup?', ['restor', 'backup']],
    ['如何恢复数据库的备份？', ['恢复', '数据', '库', '备份']],
    ['who am I', ['who', 'am', 'i']],
    ['什么是的', ['什么', '是', '的']],
    ['US exports to Cuba', ['us', 'export', 'cuba']],
    ['max_wal_size', ['maxwals', 'max', 'wal', 'size']],
    ['gen-itgc -foo', ['genitgc', 'gen', 'itgc']],
    ['backup backup', ['backup']],
    ['  ', []],
    ['?!', []],
  ])('%s', (text, terms) => expect(parseQuery(text).terms).toEqual(terms));

  it('takes quotes for phrases that must occur and also score', () => {
    expect(parseQuery('size of "write ahead log"')).toEqual({
      terms: ['size', 'write', 'ahead', 'log'],
      expanded: [],
      phrases: [['write', 'ahead', 'log']],
      exclude: [],
    });
    expect(parseQuery('“数据恢复” ＂a b＂').phrases).toEqual([
      ['数据', '恢复'],
      ['a', 'b'],
    ]);
    expect(parseQuery('an "unclosed quote').phrases).toEqual([]);
    expect(parseQuery('""').terms).toEqual([]);
  });

  it('takes a minus for an exclusion only where it is written as one', () => {
    expect(parseQuery('cat -dogs').exclude).toEqual(['dog']);
    expect(parseQuery('-dogs').exclude).toEqual(['dog']);
    expect(parseQuery('-dogs').terms).toEqual([]);
    expect(parseQuery('gen-itgc').exclude).toEqual([]);
    expect(parseQuery('a - b').exclude).toEqual([]);
    expect(parseQuery('x -gen-itgc').exclude).toEqual(['genitgc']);
    expect(parseQuery('x -"deep learning"').exclude).toEqual(['deep learn']);
    expect(parseQuery('库 -备份').exclude).toEqual(['备份']);
    expect(parseQuery('x --').exclude).toEqual([]);
  });
});

describe('hasPhrase', () => {
  it('wants the words side by side and in order', () => {
    expect(hasPhrase('the Write-Ahead Log grows', ['write', 'ahead', 'log'])).toBe(true);
    expect(hasPhrase('write a log ahead; write ahead, log', ['write', 'ahead', 'log'])).toBe(true);
    expect(hasPhrase('log ahead write', ['write', 'ahead', 'log'])).toBe(false);
    expect(hasPhrase('資料恢復了', ['资料', '恢复'])).toBe(true);
    expect(hasPhrase('anything', [])).toBe(false);
  });
});
