import { describe, expect, it } from 'vitest';
import { normalize } from '../../src/text/normalize.ts';

const folded = (text: string): string => normalize(text).text;

describe('normalize', () => {
  it.each([
    ['ＡＢＣ　１２３', 'abc 123'],
    ['資料庫備份與還原', '资料库备份与还原'],
    ['著裡麵髮', '着里面发'],
    ['Café ÉTAT Straße Łódź naïve', 'cafe etat strasse lodz naive'],
    ['e\u0301tat', 'etat'],
    ['ｶﾞｷﾞ か\u3099', 'ガギ が'],
    ['\u1112\u1161\u11ab\u1100\u1173\u11af', '한글'],
    ['ﬁle №5 ㎏', 'file no5 kg'],
    ['a\u00adb\u200bc\ufeff', 'abc'],
    ['Ёж й', 'еж и'],
    ['don’t 2‑3', "don't 2-3"],
    ['हिन्दी भाषा', 'हिन्दी भाषा'],
    ['1½ word² Acme™', '1½ word² acme™'],
  ])('%s → %s', (from, to) => expect(folded(from)).toBe(to));

  it('gives each place its place in the original', () => {
    const original = '甲ﬁ乙\u00ad丙ｶﾞ𝐀x';
    const { text, at } = normalize(original);
    expect(text).toBe('甲fi乙丙ガax');
    expect(Array.from({ length: text.length + 1 }, (_, i) => at(i))).toEqual([0, 1, 1, 2, 4, 5, 7, 9, 10]);
  });

  it('never goes backwards and is stable under repetition', () => {
    let state = 7;
    const alphabet = 'aÉ資ﬁ½①ｶﾞ\u3099\u0301\u200d😀\ud83d𝐀한ᄒ\u1161ß\u00ad \n。'.split('');
    for (let round = 0; round < 300; round++) {
      let text = '';
      for (let i = 0; i < 40; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        text += alphabet[state % alphabet.length];
      }
      const normal = normalize(text);
      let last = 0;
      for (let i = 0; i <= normal.text.length; i++) {
        expect(normal.at(i)).toBeGreaterThanOrEqual(last);
        last = normal.at(i);
      }
      expect(last).toBe(text.length);
      expect(folded(normal.text)).toBe(normal.text);
    }
  });
});
