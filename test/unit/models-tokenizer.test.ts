import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as Reference } from '@huggingface/tokenizers';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTokenizer, type Tokenizer } from '../../src/models/builtin/tokenizer.ts';
import { buildModels, DERIVED, TEXTS, VENDORED } from '../support/builtin.ts';

const json = (name: string) => JSON.parse(readFileSync(join(VENDORED, name), 'utf8'));

describe('built-in tokenizer', () => {
  let tokenizer: Tokenizer;
  let reference: Reference;
  beforeAll(() => {
    buildModels();
    tokenizer = openTokenizer(join(DERIVED, 'e5tok.bin'));
    reference = new Reference(json('tokenizer.json'), json('tokenizer_config.json'));
  }, 60_000);

  it.each(TEXTS)('gives the ids that an independent reader of tokenizer.json gives: %j', (text) => {
    for (const prefixed of [text, `query: ${text}`, `passage: ${text}`]) {
      const expected = reference.encode(prefixed).ids;
      expect([...tokenizer.encode(prefixed, 100_000)]).toEqual(expected);
    }
  });

  it('agrees on the project’s own documents, whole', () => {
    for (const file of ['LICENSE', 'src/models/builtin/kernels/attention.ts', 'package.json']) {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      expect([...tokenizer.encode(text, 100_000)]).toEqual(reference.encode(text).ids);
    }
  });

  it('takes a word longer than any lattice it keeps', () => {
    for (const word of ['abc'.repeat(5000), '长文'.repeat(5000)]) {
      expect([...tokenizer.encode(word, 100_000)]).toEqual(reference.encode(word).ids);
    }
  });

  it('cuts to 510 pieces between its frame', () => {
    const whole = tokenizer.encode('备份 backup '.repeat(600), 100_000);
    const cut = tokenizer.encode('备份 backup '.repeat(600));
    expect(whole.length).toBeGreaterThan(512);
    expect(cut.length).toBe(512);
    expect([...cut.subarray(0, 511)]).toEqual([...whole.subarray(0, 511)]);
    expect(cut[511]).toBe(2);
  });

  it('takes what is special in the vocabulary as plain text', () => {
    const ids = tokenizer.encode('<s> </s> <pad> <unk>');
    expect([...ids.subarray(1, -1)].filter((id) => id < 3)).toEqual([]);
  });

  it('takes lone surrogates and characters outside the vocabulary as one unknown piece', () => {
    expect([...tokenizer.encode('\ud800')].filter((id) => id === 3)).toEqual([3]);
    expect([...tokenizer.encode('\u{f0000}\u{f0001}\u{f0002}')].filter((id) => id === 3)).toEqual([3]);
  });

  it('says which file is missing or damaged, and how to get it', () => {
    const open = (file: string) => () => openTokenizer(file);
    expect(open(join(DERIVED, 'missing.bin'))).toThrow(expect.objectContaining({ code: 'config' }));
    expect(open(join(VENDORED, 'config.json'))).toThrow(expect.objectContaining({ code: 'config' }));
  });
});
