import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, put, rag } from '../support/rag.ts';
import { random } from '../support/random.ts';

const FILES = {
  'tea.md': '# Tea\n\nGreen tea is stored between 2 and 6 °C.\n\n## Black\n\nBlack tea needs no cooling.\n',
  '手册/备份.md': '# 备份\n\n备份保留三十五天，由值班人员负责。👋\n',
  'prices.csv': 'tea,price\ngreen,4\nblack,3\n',
};

async function home(files: Record<string, string> = FILES): Promise<string> {
  const cwd = folder(files);
  await rag({ cwd }, 'ingest', '.', '--tag', 'year=2026');
  return cwd;
}
const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** All that a search says but how long it took. */
async function found(cwd: string, question: string): Promise<unknown> {
  const { json } = await rag({ cwd }, 'search', question, '--json');
  return json.result.hits;
}

describe('rag pack', { timeout: 60_000 }, () => {
  it('takes a home elsewhere without reading or embedding again, and back to the same bytes', async () => {
    const from = await home();
    const file = join(from, 'a.ragpack');
    const out = await rag({ cwd: from }, 'pack', 'export', 'a.ragpack', '--json');
    expect(out.json.result).toMatchObject({ documents: 3, vectors: out.json.result.chunks, sha256: sha256(file) });
    expect(execFileSync('tar', ['tf', file], { encoding: 'utf8' })).toContain('pack.json');

    const to = folder();
    const into = await rag({ cwd: to }, 'pack', 'import', file, '--json');
    expect(into.json.result).toMatchObject({
      ...{ documents: 3, added: 3, updated: 0, unchanged: 0, pending: 0 },
      sha256: sha256(file),
    });
    for (const question of ['How is green tea stored?', '备份保留多久？', 'price of black tea'])
      expect(await found(to, question)).toEqual(await found(from, question));
    const show = async (cwd: string) => (await rag({ cwd }, 'show', '手册/备份.md', '--text')).out;
    expect(await show(to)).toBe(FILES['手册/备份.md']);
    expect((await rag({ cwd: to }, 'list', '--tag', 'year=2026', '--json')).json.result.documents).toHaveLength(3);

    await rag({ cwd: to }, 'pack', 'export', 'b.ragpack');
    expect(sha256(join(to, 'b.ragpack'))).toBe(sha256(file));
    const again = await rag({ cwd: to }, 'pack', 'import', file, '--json');
    expect(again.json.result).toMatchObject({ added: 0, updated: 0, unchanged: 3 });
  });

  it('gives the same bytes for the same files in another home', async () => {
    const [one, two] = [await home(), await home()];
    for (const cwd of [one, two])
      execFileSync('find', [cwd, '-name', '*.*', '-exec', 'touch', '-d', '2026-01-02', '{}', '+']);
    for (const cwd of [one, two]) {
      await rag({ cwd }, 'ingest', '.');
      await rag({ cwd }, 'pack', 'export', 'x.ragpack');
    }
    expect(sha256(join(two, 'x.ragpack'))).toBe(sha256(join(one, 'x.ragpack')));
  });

  it('names every flipped or missing byte, and writes nothing then', async () => {
    const from = await home();
    await rag({ cwd: from }, 'pack', 'export', 'a.ragpack');
    const bytes = readFileSync(join(from, 'a.ragpack'));
    const dice = random(7);
    const to = folder();
    for (let i = 0; i < 60; i++) {
      const bad = Buffer.from(
        bytes.subarray(0, i % 3 === 0 ? Math.floor(dice() * (bytes.length - 1024)) : bytes.length),
      );
      if (i % 3 !== 0) bad[Math.floor(dice() * (bytes.length - 1024))]! ^= 1 << (i % 8);
      writeFileSync(join(to, 'bad.ragpack'), bad);
      const { code, json } = await rag({ cwd: to }, 'pack', i % 2 ? 'import' : 'verify', 'bad.ragpack', '--json');
      // Padding between tar's entries belongs to nobody, and time stamps of a header are not ours.
      if (code === 0) expect(json.result.documents).toBe(3);
      else expect([code, json.error.code]).toEqual([8, 'verify']);
      if (code !== 0) expect((await rag({ cwd: to }, 'status', '--json')).json.result.documents).toBe(0);
      else await rag({ cwd: to }, 'rm', '**');
    }
  });

  it('merges, and carries only what changed since another pack', async () => {
    const from = await home();
    await rag({ cwd: from }, 'pack', 'export', 'full.ragpack');
    put(from, 'tea.md', '# Tea\n\nGreen tea is stored in the freezer.\n');
    put(from, 'new.md', 'The porter has the key.\n');
    await rag({ cwd: from }, 'rm', 'prices.csv');
    await rag({ cwd: from }, 'ingest', 'tea.md', 'new.md');
    const delta = await rag({ cwd: from }, 'pack', 'export', 'delta.ragpack', '--since', 'full.ragpack', '--json');
    expect(delta.json.result).toMatchObject({ documents: 2 });

    const to = await home({ 'own.md': 'Something of our own.\n' });
    const early = await rag({ cwd: to }, 'pack', 'import', join(from, 'delta.ragpack'), '--json');
    expect([early.code, early.json.error.message]).toEqual([10, expect.stringContaining('手册/备份.md')]);
    await rag({ cwd: to }, 'pack', 'import', join(from, 'full.ragpack'));
    const into = await rag({ cwd: to }, 'pack', 'import', join(from, 'delta.ragpack'), '--json');
    expect(into.json.result).toMatchObject({ added: 1, updated: 1, removed: 1, pending: 0 });
    const sources = (await rag({ cwd: to }, 'list', '--json')).json.result.documents.map(
      (d: { source: string }) => d.source,
    );
    expect(sources).toEqual(['new.md', 'own.md', 'tea.md', '手册/备份.md']);
    // A delta on a delta.
    put(from, 'later.md', 'A third state.\n');
    await rag({ cwd: from }, 'ingest', 'later.md');
    const third = await rag({ cwd: from }, 'pack', 'export', 'third.ragpack', '--since', 'delta.ragpack', '--json');
    expect(third.json.result).toMatchObject({ documents: 1 });
    expect((await rag({ cwd: to }, 'pack', 'import', join(from, 'third.ragpack'), '--json')).json.result).toMatchObject(
      { added: 1 },
    );
  });

  it('is signed, and tells whose signature it is', async () => {
    const cwd = await home();
    const pems = () => {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      return [publicKey.export({ type: 'spki', format: 'pem' }), privateKey.export({ type: 'pkcs8', format: 'pem' })];
    };
    const [[mine, secret], [others]] = [pems(), pems()];
    put(cwd, 'mine.pub', mine!.toString());
    put(cwd, 'mine.pem', secret!.toString());
    put(cwd, 'others.pub', others!.toString());
    await rag({ cwd }, 'pack', 'export', 'plain.ragpack');
    await rag({ cwd }, 'pack', 'export', 'signed.ragpack', '--sign', 'mine.pem');
    const verify = (file: string, ...more: string[]) => rag({ cwd }, 'pack', 'verify', file, ...more, '--json');
    expect((await verify('signed.ragpack', '--key', 'mine.pub')).json.result.signedBy).toMatch(/^[0-9a-f]{64}$/);
    expect((await verify('signed.ragpack')).code).toBe(0);
    expect((await verify('signed.ragpack', '--key', 'others.pub')).code).toBe(8);
    expect((await verify('plain.ragpack', '--key', 'mine.pub')).code).toBe(8);
    expect((await rag({ cwd }, 'pack', 'export', 'x.ragpack', '--sign', 'mine.pub')).code).toBe(4);
    expect((await verify('nothing.ragpack')).code).toBe(6);
    expect((await rag({ cwd }, 'pack', 'export', 'no/such/folder/x.ragpack')).code).toBe(4);
  });

  it('goes on after an interruption', async () => {
    const from = await home(
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.md`, `Note ${i} about walrus ${i}.\n`])),
    );
    await rag({ cwd: from }, 'pack', 'export', 'a.ragpack');
    const to = folder();
    const stop = new AbortController();
    stop.abort();
    const stopped = await rag({ cwd: to, signal: stop.signal }, 'pack', 'import', join(from, 'a.ragpack'));
    expect(stopped.code).toBe(130);
    const into = await rag({ cwd: to }, 'pack', 'import', join(from, 'a.ragpack'), '--json');
    expect(into.json.result).toMatchObject({ documents: 40, pending: 0 });
  });
});
