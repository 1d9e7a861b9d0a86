import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGloss } from '../../src/build/gloss.mjs';
import { type Gloss, openGloss } from '../../src/models/builtin/gloss.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = join(root, 'dist/models/gloss.bin');

describe('gloss', () => {
  let gloss: Gloss;
  beforeAll(async () => {
    if (!existsSync(file)) await buildGloss(root);
    gloss = openGloss(file);
  }, 60_000);
  afterAll(() => gloss.close());

  it.each([
    ['如何备份数据库', ['backup', 'databas']],
    ['資料庫的備份', ['backup']],
    ['银行', ['bank']],
    ['How do I repair the computer?', ['电脑', '修理']],
    ['databases', ['资料']],
    ['the capital of Germany', ['首都', '德国']],
    ['foreign exchange', ['外汇']],
  ])('%s', (question, terms) => expect(gloss.expand(question)).toEqual(expect.arrayContaining(terms)));

  it('adds index terms only, each once, and no stop words', () => {
    const terms = gloss.expand('银行 bank 银行 how to run 跑步');
    expect(new Set(terms).size).toBe(terms.length);
    for (const stop of ['to', 'the', 'a', '的', '']) expect(terms).not.toContain(stop);
    expect(gloss.expand('')).toEqual([]);
    expect(gloss.expand('的 the')).toEqual([]);
    expect(gloss.expand('zzzzqx 12 !')).toEqual([]);
  });

  it('takes the longest phrase and looks its words up no more', () => {
    expect(gloss.expand('civil war')).toContain('内战');
    expect(gloss.expand('civil')).toContain('文明');
    expect(gloss.expand('civil war')).not.toContain('文明');
  });

  it('finds the first and the last key', () => {
    expect(gloss.expand('龥 龟 一 丁 zygote aardvark').length).toBeGreaterThan(0);
  });

  it('refuses a missing or foreign file by name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gloss-'));
    const foreign = join(folder, 'gloss.bin');
    writeFileSync(foreign, 'not a table');
    expect(() => openGloss(foreign)).toThrow(/gloss\.bin is not a gloss table/);
    expect(() => openGloss(join(folder, 'none'))).toThrow(/cannot be opened/);
    rmSync(folder, { recursive: true });
  });
});
