import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { folder, put, rag } from '../support/rag.ts';

const ingest = async (cwd: string, ...args: string[]) => {
  const { json, code } = await rag({ cwd }, 'ingest', '--no-embed', '-v', '--json', ...args);
  const files = Object.fromEntries(
    json.result.files.map((file: { source: string; status: string; code?: string }) => [
      file.source,
      file.code ? `${file.status} ${file.code}` : file.status,
    ]),
  );
  return { files, code };
};
const found = async (cwd: string, text: string) => {
  const { json } = await rag({ cwd }, 'search', text, '--mode', 'lexical', '--json');
  return json.result.hits.map((hit: { source: string }) => hit.source).sort();
};
const zip = (files: Record<string, string | Uint8Array>) =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([k, v]) => [k, typeof v === 'string' ? strToU8(v) : v]))),
  );
async function tar(files: Record<string, string>): Promise<Buffer> {
  const packing = pack();
  for (const [name, text] of Object.entries(files)) packing.entry({ name }, text);
  packing.finalize();
  const parts: Buffer[] = [];
  for await (const part of packing) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
const MAIL = `From: a@example.org\nTo: b@example.org\nSubject: minutes\nMIME-Version: 1.0
Content-Type: multipart/mixed; boundary=cut\n\n--cut\nContent-Type: text/plain\n\nhere they are\n
--cut\nContent-Type: text/plain; name="minutes.txt"\nContent-Disposition: attachment; filename="minutes.txt"\n\nthe walrus won\n
--cut\nContent-Type: text/plain; name="minutes.txt"\nContent-Disposition: attachment; filename="minutes.txt"\n\nthe second one\n--cut--\n`;

describe('archives are folders, attachments are documents', () => {
  it('reads members, nested ones too, and searches them by their own names', async () => {
    const cwd = folder({
      'a.zip': zip({
        'notes/one.md': '# One\n\nwalrus',
        'inner.zip': zip({ '二.txt': '海豹在冰上' }),
        '.hidden': 'x',
        '__MACOSX/one': 'x',
      }),
      'b.tar.gz': gzipSync(await tar({ 'deep/three.txt': 'penguin', 'deep/four.bin': '\0\u0001\u0002' })),
      'c.txt.gz': gzipSync('albatross'),
      'plain.tar': await tar({ 'five.csv': 'bird,sea\ngull,north\n' }),
    });
    const { files, code } = await ingest(cwd, '.');
    expect(code).toBe(0);
    expect(files).toEqual({
      'a.zip!/notes/one.md': 'added',
      'a.zip!/inner.zip!/二.txt': 'added',
      'b.tar.gz!/deep/three.txt': 'added',
      'b.tar.gz!/deep/four.bin': 'skipped unsupported',
      'c.txt.gz!/c.txt': 'added',
      'plain.tar!/five.csv': 'added',
    });
    expect(await found(cwd, 'walrus')).toEqual(['a.zip!/notes/one.md']);
    expect(await found(cwd, '海豹')).toEqual(['a.zip!/inner.zip!/二.txt']);
    expect((await rag({ cwd }, 'show', 'a.zip!/inner.zip!/二.txt', '--text')).out).toBe('海豹在冰上');
  });

  it('follows what changes inside, keeps the rest, forgets what is gone', async () => {
    const cwd = folder({ 'a.zip': zip({ 'one.txt': 'walrus', 'two.txt': 'penguin', 'three.txt': 'gull' }) });
    await ingest(cwd, '.');
    expect((await ingest(cwd, '.')).files).toEqual({
      ...{ 'a.zip!/one.txt': 'unchanged', 'a.zip!/two.txt': 'unchanged', 'a.zip!/three.txt': 'unchanged' },
    });
    put(cwd, 'a.zip', zip({ 'one.txt': 'walrus', 'two.txt': 'albatross over the sea' }));
    expect((await ingest(cwd, 'a.zip')).files).toEqual({
      ...{ 'a.zip!/one.txt': 'unchanged', 'a.zip!/two.txt': 'updated', 'a.zip!/three.txt': 'removed' },
    });
    expect(await found(cwd, 'penguin gull')).toEqual([]);
    rmSync(join(cwd, 'a.zip'));
    expect((await ingest(cwd, '.')).files).toEqual({ 'a.zip!/one.txt': 'removed', 'a.zip!/two.txt': 'removed' });
  });

  it('takes attachments of a mail, equal names kept apart', async () => {
    const cwd = folder({ 'm.eml': MAIL });
    expect((await ingest(cwd, '.')).files).toEqual({
      'm.eml': 'added',
      'm.eml!/minutes.txt': 'added',
      'm.eml!/minutes (2).txt': 'added',
    });
    expect(await found(cwd, 'walrus')).toEqual(['m.eml!/minutes.txt']);
    expect((await ingest(cwd, '.')).files).toEqual({
      ...{ 'm.eml': 'unchanged', 'm.eml!/minutes.txt': 'unchanged', 'm.eml!/minutes (2).txt': 'unchanged' },
    });
    const { json } = await rag({ cwd }, 'rm', 'm.eml', '--json');
    expect(json.result.removed).toHaveLength(3);
  });

  it('a member that leads out, a cut archive, an empty one: named, and nothing else is lost', async () => {
    const whole = await tar({ 'one.txt': 'walrus', 'two.txt': 'x'.repeat(9000) });
    const cwd = folder({
      'out.zip': zip({ '../../etc/passwd.txt': 'root', 'fine.txt': 'gull' }),
      'cut.tar': whole.subarray(0, 2600),
      'none.zip': zip({}),
      'gbk.zip': Buffer.from(
        zip({ 'aabb.txt': 'penguin' }).toString('latin1').replaceAll('aabb', '\xd6\xd0\xce\xc4'),
        'latin1',
      ),
    });
    const { files, code } = await ingest(cwd, '.');
    expect(files).toEqual({
      'out.zip!/__/__/etc/passwd.txt': 'skipped excluded',
      'out.zip!/fine.txt': 'added',
      'cut.tar!/one.txt': 'added',
      'cut.tar': 'partial corrupt',
      'none.zip': 'skipped empty',
      'gbk.zip!/中文.txt': 'added',
    });
    expect(code).toBe(3);
    expect((await ingest(cwd, '.')).files).toMatchObject({
      'cut.tar': 'partial corrupt',
      'cut.tar!/one.txt': 'unchanged',
    });
  });

  it('stops at bombs: too deep, too much', async () => {
    let nested = zip({ 'core.txt': 'deepest' });
    for (let depth = 0; depth < 8; depth++) nested = zip({ [`level${depth}.zip`]: nested });
    const cwd = folder({ 'deep.zip': nested, 'zeros.gz': gzipSync(Buffer.alloc(64 * 2 ** 20)), 'ok.txt': 'gull' });
    const { files } = await ingest(cwd, '.');
    expect(Object.values(files).sort()).toEqual(['added', 'skipped too_large', 'skipped too_large']);
    expect(await found(cwd, 'deepest')).toEqual([]);
  });

  it('leaves members out by the options of the run', async () => {
    const cwd = folder({ 'a.zip': zip({ 'one.md': 'walrus', 'two.log': 'walrus' }) });
    expect((await ingest(cwd, '.', '--exclude', '*.log')).files).toEqual({ 'a.zip!/one.md': 'added' });
  });
});
