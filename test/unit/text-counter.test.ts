import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelsModule, targetOf } from '../../src/build/kernels.mjs';
import { type TermCounter, termCounter } from '../../src/text/counter.ts';
import { countTerms } from '../../src/text/tokenize.ts';
import { random } from '../support/random.ts';

/** Names as a receiver keeps them: by number, from what came fresh. */
function receiver(counter: TermCounter) {
  const names: string[] = [];
  return (text: string): [string, number][] => {
    const { terms, counts } = counter.count(text);
    for (const name of counter.fresh()) names.push(name);
    return Array.from(terms, (number, i) => [names[number]!, counts[i]!]);
  };
}

it('is what its source compiles to', { timeout: 60_000 }, async () => {
  expect(readFileSync(targetOf('src/text'), 'utf8') === (await kernelsModule('src/text'))).toBe(true);
});

const files = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? files(path) : /\.(md|ts|json|txt)$/.test(name) ? [path] : [];
  });

describe('a term counter', () => {
  it('counts what countTerms counts, in the same order, over documents of both languages', () => {
    const count = receiver(termCounter());
    for (const file of [...files('examples'), ...files('src'), ...files('test'), 'README.md', 'README.zh.md']) {
      const text = readFileSync(file, 'utf8');
      expect(count(text), file).toEqual([...countTerms(text)]);
    }
  });

  it('does on any text', () => {
    const count = receiver(termCounter());
    const next = random(7);
    const pieces =
      "a B 7 word Word WORD ab_cd x.y 10,000 1,2 12,345,678 U.S.A. C# c++ C++x it’s e‑mail __ -- / \\ @ ' . , # + _ ½ ² é ß ﬁ ﷺ 中 中国人民 中华人民共和国 數據庫 の カタカナ ガ ｶﾞ 한국어를 สวัสดีชาวโลก привет مرحبا 𠮷 𠮷野家 😀 \u00ad \u200d \ud800 \udc00 \n \t 　 ー 々 〇".split(
        ' ',
      );
    for (let round = 0; round < 3000; round++) {
      const length = 1 + Math.floor(next() * 40);
      const between = next() < 0.5 ? ' ' : '';
      const text = Array.from({ length }, () => pieces[Math.floor(next() * pieces.length)]).join(between);
      expect(count(text), JSON.stringify(text)).toEqual([...countTerms(text)]);
    }
  });

  it('does on any units', () => {
    const count = receiver(termCounter());
    const next = random(11);
    for (let round = 0; round < 300; round++) {
      const top = [0x80, 0x600, 0x10000][round % 3]!;
      const text = String.fromCharCode(...Array.from({ length: 200 }, () => Math.floor(next() * top)));
      expect(count(text), JSON.stringify(text)).toEqual([...countTerms(text)]);
    }
  });

  it('remembers more runs than its table holds, and long ones', () => {
    const count = receiver(termCounter());
    for (const text of [
      Array.from({ length: 200_000 }, (_, i) => `w${i.toString(36)}x`).join(' '),
      `${'ab'.repeat(400)} ${'_'.repeat(300)}x ${'中国人民'.repeat(90)} ${'a.'.repeat(300)}`,
    ])
      expect(new Map(count(text))).toEqual(countTerms(text));
  });

  it('starts its numbering again', () => {
    const counter = termCounter();
    const count = receiver(counter);
    count('one two');
    counter.reset();
    expect(counter.size).toBe(0);
    expect(receiver(counter)('two one two')).toEqual([
      ['two', 2],
      ['on', 1],
    ]);
    expect(counter.size).toBe(2);
  });
});
