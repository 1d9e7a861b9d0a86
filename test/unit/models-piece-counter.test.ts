import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { kernelsModule, targetOf } from '../../src/build/kernels.mjs';
import { openPieceCounter } from '../../src/models/builtin/piece-counter.ts';
import { openTokenizer } from '../../src/models/builtin/tokenizer.ts';
import { buildModels, DERIVED, TEXTS } from '../support/builtin.ts';
import { random } from '../support/random.ts';

it('is what its source compiles to', { timeout: 60_000 }, async () => {
  const folder = 'src/models/builtin/pieces';
  expect(readFileSync(targetOf(folder), 'utf8') === (await kernelsModule(folder))).toBe(true);
});

describe('a counter of pieces', () => {
  let count: (text: string) => number;
  let pieces: (text: string) => number;
  beforeAll(() => {
    buildModels();
    const file = join(DERIVED, 'e5tok.bin');
    const tokenizer = openTokenizer(file);
    count = openPieceCounter(file);
    pieces = (text) => tokenizer.encode(text, Number.MAX_SAFE_INTEGER).length - 2;
  }, 60_000);

  it.each(TEXTS)('counts what the tokenizer makes: %j', (text) => expect(count(text)).toBe(pieces(text)));

  it('does on documents of both languages', () => {
    for (const file of ['README.md', 'README.zh.md', 'CHANGELOG.md', 'src/text/simplified.ts', 'package-lock.json']) {
      const text = readFileSync(file, 'utf8');
      expect(count(text), file).toBe(pieces(text));
    }
  });

  it('does on any units', () => {
    const next = random(5);
    for (let round = 0; round < 600; round++) {
      const top = [0x80, 0x600, 0x3100, 0x10000][round % 4]!;
      const text = String.fromCharCode(...Array.from({ length: 150 }, () => Math.floor(next() * top)));
      expect(count(text), JSON.stringify(text)).toBe(pieces(text));
    }
  });

  it('does on more words than it remembers, and on long ones', () => {
    const many = Array.from({ length: 60_000 }, (_, i) => `w${(i * 7919).toString(36)}`).join(' ');
    for (const text of [many, many, 'abc'.repeat(20_000), '长文'.repeat(5000), '', ' \n\t\u3000'])
      expect(count(text)).toBe(pieces(text));
  });
});
