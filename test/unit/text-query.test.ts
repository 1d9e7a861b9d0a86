import { describe, expect, it } from 'vitest';
import { hasPhrase } from '../../src/text/phrase.ts';
import { parseQuery, spoken } from '../../src/text/query.ts';

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
      ...{ expanded: [], begun: [], prefixes: [], title: [], notTitle: [] },
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

describe('title:', () => {
  it.each<[string, string[][], string[][], string[]]>([
    ['title:Backups', [['backup']], [], ['backup']],
    ['nightly title:"the Backup plan"', [['the', 'backup', 'plan']], [], ['nightli', 'backup', 'plan']],
    ['标题：备份 恢复', [['备份']], [], ['备份', '恢复']],
    ['TITLE:“数据恢复”', [['数据', '恢复']], [], ['数据', '恢复']],
    ['tea -title:draft', [], [['draft']], ['tea']],
    ['-title:"first draft" tea', [], [['first', 'draft']], ['tea']],
    ['title:a title:b', [['a'], ['b']], [], ['b']],
    ['title: of the book', [], [], ['titl', 'book']],
    ['subtitle:x', [], [], ['subtitl', 'x']],
    ['title:', [], [], ['titl']],
    ['title:-', [], [], ['titl']],
  ])('%s', (text, title, notTitle, terms) => {
    const query = parseQuery(text);
    expect([query.title, query.notTitle]).toEqual([title, notTitle]);
    expect(query.terms).toEqual(terms);
    expect(query.phrases).toEqual([]);
  });

  it('is not part of what the question says', () => {
    expect(spoken('how title:"the plan" -title:x goes')).toBe('how the plan  goes');
    expect(spoken('the title: a subtitle:b')).toBe('the title: a subtitle:b');
  });
});

describe('beginnings of words', () => {
  const prefixes = (text: string) => parseQuery(text).prefixes.map(({ text, asked }) => (asked ? `${text}*` : text));
  it.each<[string, string[]]>([
    ['back* plan ', ['back*']],
    ['max_wal* x-y* end.', ['maxwal*', 'xy*']],
    ['数据* ', ['数据*']],
    ['restore the configu', ['configu']],
    ['Réseau', ['reseau']],
    ['the ba', []],
    ['walk the', []],
    ['configu ', []],
    ['"write ahead"', []],
    ['what?', []],
    ['gen-itgc', []],
    ['备份', []],
    ['**bold** 2*3 a* *b -back*', []],
    ['tea -back', []],
  ])('%s', (text, expected) => expect(prefixes(text)).toEqual(expected));

  it('keeps the word itself as a term', () => {
    expect(parseQuery('Backups* ')).toMatchObject({
      terms: ['backup'],
      prefixes: [{ text: 'backups', term: 'backup' }],
    });
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
