import { describe, expect, it } from 'vitest';
import { countTerms, tokens } from '../../src/text/tokenize.ts';

const terms = (text: string): string[] => tokens(text).map((token) => token.term);

describe('tokens', () => {
  it.each<[string, string[]]>([
    ['重跑gen-itgc后', ['重', '跑', 'genitgc', 'gen', 'itgc', '后']],
    ['getUserById', ['getuserbyid', 'get', 'user', 'by', 'id']],
    ['ERR_1234', ['err1234', 'err', '1234']],
    ['foo.bar.baz', ['foo.bar.baz', 'foo', 'bar', 'baz']],
    ['v1.2.3', ['v1.2.3', '1.2.3']],
    ['me@example.org', ['me@example.org', 'me', 'exampl', 'org']],
    ['/usr/local/bin', ['usr/local/bin', 'usr', 'local', 'bin']],
    ['C:\\Temp\\x10', ['c', 'temp/x10', 'temp', 'x10']],
    ['3.14 10,000 1,2', ['3.14', '10000', '1', '2']],
    ['The end. Next', ['the', 'end', 'next']],
    ["user's don’t O'Brien", ['user', 'don', 'obrien', 'o', 'brien']],
    ['C++ and C#', ['c++', 'and', 'c#']],
    ['XMLHttpRequest DNAs', ['xmlhttprequest', 'xml', 'http', 'request', 'dna']],
    ['U.S.A.', ['usa']],
    ['__init__ a--b', ['init', 'a', 'b']],
    ['ｇｅｔ臺灣', ['get', '台湾']],
    ['running Databases', ['run', 'databas']],
    ['한국어를 배우다', ['한국', '국어', '어를', '배우', '우다']],
    ['привет мир', ['привет', 'мир']],
    ['สวัสดีชาวโลก', ['สวัสดี', 'ชาว', 'โลก']],
    ['カタカナのテスト', ['カタカナ', 'カタ', 'タカ', 'カナ', 'カタカ', 'タカナ', 'の', 'テスト', 'テス', 'スト']],
    ['مرحبا بالعالم', ['مرحبا', 'بالعالم']],
    ['', []],
    ['——…😀\n', []],
  ])('%s', (text, expected) => expect(terms(text)).toEqual(expected));

  it('lets the spellings of one identifier meet', () => {
    const [snake, kebab, camel] = ['max_wal_size', 'max-wal-size', 'maxWalSize'].map((text) => new Set(terms(text)));
    expect(snake).toEqual(kebab);
    expect(snake).toEqual(camel);
    expect(terms('e-mails')).toContain(terms('email')[0]);
    expect(terms('UTF-8')).toContain(terms('utf8')[0]);
  });

  it('finds a long Han name by its parts', () => {
    expect(terms('中华人民共和国')).toEqual(expect.arrayContaining(['共和国', '人民']));
  });

  it('is bounded on text without a break', () => {
    for (const text of ['a'.repeat(1e6), 'aB1_'.repeat(2e5), '汉字'.repeat(3e5), 'x.'.repeat(3e5)]) {
      const found = countTerms(text);
      expect(Math.max(...[...found.keys()].map((term) => term.length))).toBeLessThanOrEqual(256);
    }
  });
});

const ATOMS = [
  'getUserById',
  ' ',
  '資料庫',
  '重跑',
  'gen-itgc',
  '½',
  '10,000',
  '.',
  '\n',
  'ｶﾞ',
  '한국어를',
  'É',
  'e\u0301',
  '😀',
  'ﬁne',
  '\ud800',
  "'s",
  '_',
  '3.14',
  '中华人民共和国',
  'ไทย',
  '𠀀𠀁',
  '\u00ad',
  '-',
  'A/B',
  'ＡＢ１２',
];

function sample(seed: number): string {
  let state = seed;
  return Array.from({ length: 60 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ATOMS[(state >>> 8) % ATOMS.length];
  }).join('');
}

describe('tokens and countTerms on any text', () => {
  it('agree', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const text = sample(seed);
      const counted = new Map<string, number>();
      for (const term of terms(text)) counted.set(term, (counted.get(term) ?? 0) + 1);
      expect([...countTerms(text)].sort()).toEqual([...counted].sort());
    }
  });

  it('point at text that gives the same terms', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const text = sample(seed);
      let last = 0;
      for (const { term, start, end, role } of tokens(text)) {
        expect(end).toBeGreaterThan(start);
        if (role !== 'piece') {
          expect(start).toBeGreaterThanOrEqual(last);
          last = start;
        }
        expect(terms(text.slice(start, end)).join('')).toContain(term);
      }
    }
  });
});
