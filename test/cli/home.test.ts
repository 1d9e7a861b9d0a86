import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { lockHome } from '../../src/store/sqlite/lock.ts';
import { alterManifest, writeFormat2 } from '../support/format2.ts';
import { folder, put, rag } from '../support/rag.ts';

const open = (cwd: string) => new Database(join(cwd, '.rag/rag.db'));

describe('the home', () => {
  it('has one writer: a second one waits, then exits 7 and names the holder; readers go on', async () => {
    const cwd = folder({ 'a.txt': 'walrus' });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const unlock = await lockHome(join(cwd, '.rag'), 'ingest', 0);
    const refused = await rag({ cwd }, 'ingest', '.', '--wait', '200ms', '--json');
    expect(refused.code).toBe(7);
    expect(refused.json.error).toMatchObject({ code: 'locked', details: { pid: process.pid, verb: 'ingest' } });
    expect((await rag({ cwd }, 'search', 'walrus', '--mode', 'lexical', '--json')).json.result.hits).toHaveLength(1);
    setTimeout(unlock, 300);
    expect((await rag({ cwd }, 'ingest', '.', '--wait', '10s')).code).toBe(0);
  });

  it('of a newer format is refused with 4 and left as it is', async () => {
    const cwd = folder({ 'a.txt': 'walrus' });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const db = open(cwd);
    db.pragma('user_version = 99');
    db.close();
    const before = readFileSync(join(cwd, '.rag/rag.db'));
    for (const args of [['ingest', '.'], ['search', 'walrus'], ['status'], ['rm', 'a.txt']]) {
      const ran = await rag({ cwd }, ...args, '--json');
      expect([ran.code, ran.json.error.code]).toEqual([4, 'config']);
      expect(ran.json.error.message).toContain('format 99');
    }
    expect(readFileSync(join(cwd, '.rag/rag.db')).equals(before)).toBe(true);
  });

  it('of an older format is migrated by the next writer, after a copy', async () => {
    const cwd = folder({});
    writeFormat2(join(cwd, '.rag'), 1);
    put(cwd, 'a.txt', 'walrus');
    const read = await rag({ cwd }, 'search', 'walrus', '--json');
    expect([read.code, read.json.error.hint]).toEqual([4, expect.stringContaining('rag ingest')]);
    put(cwd, 'b.pdf', '%PDF-1.7\nbroken');
    const ran = await rag({ cwd }, 'ingest', '.', '--no-embed');
    expect(ran.err).toContain('rag.db.v1.bak');
    expect(existsSync(join(cwd, '.rag/rag.db.v1.bak'))).toBe(true);
    expect((await rag({ cwd }, 'search', 'walrus', '--mode', 'lexical', '--json')).json.result.hits).toHaveLength(1);
    expect((await rag({ cwd }, 'list', '--json')).json.result.unread).toHaveLength(1);
  });

  it('whose terms come from another ICU keeps answering with a notice; the next ingest renews them', async () => {
    const cwd = folder({ 'a.txt': '数据库备份' });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    alterManifest(join(cwd, '.rag'), (manifest) => {
      manifest.icu = '1.0';
    });
    const search = () => rag({ cwd }, 'search', '备份', '--mode', 'lexical', '--json');
    const stale = await search();
    expect([stale.json.result.hits.length, stale.err.includes('another tokenizer')]).toEqual([1, true]);
    expect((await rag({ cwd }, 'doctor', '--json')).code).toBe(3);
    expect((await rag({ cwd }, 'ingest', '.', '--no-embed')).err).toContain('indexing the stored text again');
    const renewed = await search();
    expect([renewed.json.result.hits.length, renewed.err.includes('another tokenizer')]).toEqual([1, false]);
  });

  it('with vectors of another model says so and searches by words', async () => {
    const cwd = folder({ 'a.txt': 'walrus' });
    await rag({ cwd }, 'ingest', '.');
    alterManifest(join(cwd, '.rag'), (manifest) => {
      manifest.model = 'other-model';
    });
    put(cwd, 'b.txt', 'penguin');
    const ran = await rag({ cwd }, 'ingest', '.', '--json');
    expect([ran.code, ran.json.error.message]).toEqual([4, expect.stringContaining('other-model')]);
    const found = await rag({ cwd }, 'search', 'penguin', '--json');
    expect([found.json.result.mode, found.json.result.hits[0].source]).toEqual(['lexical', 'b.txt']);
    expect(found.err).toContain('other-model');
    expect((await rag({ cwd }, 'embed', '--rebuild', '--json')).json.result).toMatchObject({ embedded: 2, pending: 0 });
  });

  it('whose first writer died before its tables were made is empty, and can be filled', async () => {
    const cwd = folder({ 'a.txt': 'walrus' });
    for (const begun of [Buffer.alloc(0), undefined]) {
      if (begun) put(cwd, '.rag/rag.db', begun);
      else new Database(join(cwd, '.rag/rag.db')).pragma('journal_mode = WAL');
      const { code, json } = await rag({ cwd }, 'list', '--json');
      expect([code, json.result.documents]).toEqual([0, []]);
    }
    expect((await rag({ cwd }, 'ingest', '.', '--no-embed')).code).toBe(0);
  });

  it('that is damaged is named, never answered from', async () => {
    const cwd = folder({ 'a.txt': 'walrus' });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    put(cwd, '.rag/rag.db', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(5000, 7)]));
    const ran = await rag({ cwd }, 'search', 'walrus', '--json');
    expect([ran.code, ran.json.error.code]).toEqual([8, 'verify']);
  });

  it('is emptied by rm and tidied by prune; the files stay', async () => {
    const cwd = folder({ 'docs/a.txt': 'walrus', 'docs/b.txt': 'penguin' });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    expect((await rag({ cwd }, 'rm', 'docs/none.txt', '--json')).code).toBe(6);
    expect((await rag({ cwd }, 'rm', 'docs/a*', '--json')).json.result.removed).toEqual(['docs/a.txt']);
    expect((await rag({ cwd }, 'prune', '--json')).json.result.freed).toBeGreaterThanOrEqual(0);
    expect((await rag({ cwd }, 'status', '--json')).json.result).toMatchObject({ documents: 1, versions: 0 });
    expect(existsSync(join(cwd, 'docs/a.txt'))).toBe(true);
  });
});
