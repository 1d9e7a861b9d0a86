import {
  chmodSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, put, rag } from '../support/rag.ts';

const counts = ({ json }: { json: { result: Record<string, unknown> } }) => {
  const names = ['added', 'updated', 'unchanged', 'renamed', 'removed', 'skipped', 'partial', 'failed'];
  return Object.fromEntries(names.filter((name) => json.result[name] !== 0).map((name) => [name, json.result[name]]));
};
const ingest = (cwd: string, ...args: string[]) => rag({ cwd }, 'ingest', '--no-embed', '--json', ...args);
const found = async (cwd: string, text: string, ...args: string[]) => {
  const { json } = await rag({ cwd }, 'search', text, '--mode', 'lexical', '--json', ...args);
  return json.result.hits.map((hit: { source: string }) => hit.source).sort();
};

describe('incremental ingest', () => {
  it('reads only what changed, and forgets what is gone', async () => {
    const cwd = folder({ 'docs/a.md': '# Alpha\n\nwalrus\n', 'docs/b.txt': 'penguin', 'docs/c.csv': 'x,y\n1,2\n' });
    expect(counts(await ingest(cwd, 'docs'))).toEqual({ added: 3 });
    expect(counts(await ingest(cwd, 'docs'))).toEqual({ unchanged: 3 });
    utimesSync(join(cwd, 'docs/a.md'), 1, 1);
    expect(counts(await ingest(cwd, 'docs'))).toEqual({ unchanged: 3 });
    put(cwd, 'docs/b.txt', 'albatross');
    rmSync(join(cwd, 'docs/c.csv'));
    expect(counts(await ingest(cwd, 'docs'))).toEqual({ unchanged: 1, updated: 1, removed: 1 });
    expect(await found(cwd, 'penguin')).toEqual([]);
    expect(await found(cwd, 'albatross')).toEqual(['docs/b.txt']);
  });

  it('notices a change that leaves the size alone', async () => {
    const cwd = folder({ 'a.txt': 'walrus' });
    await ingest(cwd, '.');
    put(cwd, 'a.txt', 'falcon');
    utimesSync(join(cwd, 'a.txt'), new Date(), new Date(Date.now() + 5000));
    expect(counts(await ingest(cwd, '.'))).toEqual({ updated: 1 });
  });

  it('follows a rename and keeps its vectors; equal bytes at two paths stay two documents', async () => {
    const cwd = folder({ 'docs/a.txt': 'a story about a walrus', 'docs/b.txt': 'another story' });
    const first = await rag({ cwd }, 'ingest', 'docs', '--json');
    expect(first.json.result).toMatchObject({ added: 2, embedded: 2, pending: 0 });
    renameSync(join(cwd, 'docs/a.txt'), join(cwd, 'docs/moved.txt'));
    cpSync(join(cwd, 'docs/b.txt'), join(cwd, 'docs/copy.txt'));
    const second = await ingest(cwd, 'docs');
    expect(counts(second)).toEqual({ unchanged: 1, renamed: 1, added: 1 });
    expect(second.json.result.pending).toBe(0);
    expect(await found(cwd, 'story')).toEqual(['docs/b.txt', 'docs/copy.txt', 'docs/moved.txt']);
  });

  it('detects deletions only below the paths given', async () => {
    const cwd = folder({ 'a/1.txt': 'one', 'b/2.txt': 'two' });
    await ingest(cwd, 'a', 'b');
    rmSync(join(cwd, 'a/1.txt'));
    rmSync(join(cwd, 'b/2.txt'));
    expect(counts(await ingest(cwd, 'a'))).toEqual({ removed: 1 });
    expect(
      (await rag({ cwd }, 'list', '--json')).json.result.documents.map((one: { source: string }) => one.source),
    ).toEqual(['b/2.txt']);
  });

  it('keeps what it knows when a folder cannot be found', async () => {
    const cwd = folder({ 'usb/1.txt': 'one', 'here.txt': 'two' });
    await ingest(cwd, 'usb', 'here.txt');
    rmSync(join(cwd, 'usb'), { recursive: true });
    const ran = await ingest(cwd, 'usb', 'here.txt');
    expect(ran.code).toBe(3);
    expect(await found(cwd, 'one')).toEqual(['usb/1.txt']);
  });

  it('dry-run says the same and changes nothing', async () => {
    const cwd = folder({ 'a.txt': 'one', 'b.bin': Buffer.from([0, 1, 2, 3, 255, 254, 0, 9]) });
    expect(counts(await ingest(cwd, '.', '--dry-run'))).toEqual({ added: 1, skipped: 1 });
    expect((await rag({ cwd }, 'status', '--json')).json.result.documents).toBe(0);
  });
});

describe('what is read', () => {
  it('leaves out hidden files, node_modules and what nested ignore files say', async () => {
    const cwd = folder({
      ...{ '.git/HEAD': 'x', '.gitignore': '*.log\n/build/\n', 'docs/.ragignore': 'secret*\n!secret-but-fine.txt\n' },
      ...{ 'docs/a.txt': 'kept', 'docs/a.log': 'kept', 'docs/secret.txt': 'kept', 'docs/secret-but-fine.txt': 'kept' },
      ...{ 'docs/sub/.gitignore': '!*.log', 'docs/sub/b.log': 'kept', 'docs/.hidden.txt': 'kept' },
      ...{ 'docs/node_modules/x/readme.md': 'kept', 'build/c.txt': 'kept' },
    });
    await ingest(cwd, '.');
    expect(await found(cwd, 'kept')).toEqual(['docs/a.txt', 'docs/secret-but-fine.txt', 'docs/sub/b.log']);
  });

  it('obeys the ignore file of the home for a folder below it', async () => {
    const cwd = folder({ '.ragignore': 'drafts/\n', 'docs/a.txt': 'kept', 'docs/drafts/b.txt': 'kept' });
    mkdirSync(join(cwd, '.rag'));
    await ingest(cwd, 'docs');
    expect(await found(cwd, 'kept')).toEqual(['docs/a.txt']);
  });

  it('enters each folder once, though links go in circles', async () => {
    const cwd = folder({ 'a/one.txt': 'circle' });
    symlinkSync(join(cwd, 'a'), join(cwd, 'a/loop'));
    symlinkSync('..', join(cwd, 'a/up'));
    symlinkSync('nowhere', join(cwd, 'a/dangling'));
    const ran = await ingest(cwd, 'a');
    expect(await found(cwd, 'circle')).toEqual(['a/one.txt']);
    expect(ran.json.result.files).toEqual([
      { source: 'a/dangling', status: 'failed', code: 'missing', reason: expect.any(String) },
    ]);
  });

  it('takes globs, --include, --exclude, and names with a newline, an emoji and Han', async () => {
    const names = ['line\nbreak.txt', '🫖 tea.txt', '报告 2026.md', 'quote\'".txt'];
    const cwd = folder(
      Object.fromEntries([...names.map((name) => [`in/${name}`, 'odd name']), ['in/x.log', 'odd name']]),
    );
    expect(counts(await ingest(cwd, 'in/*.{txt,md}'))).toEqual({ added: 4 });
    expect(await found(cwd, 'odd')).toEqual(names.map((name) => `in/${name}`).sort());
    expect(counts(await ingest(cwd, 'in', '--include', '*.log'))).toEqual({ added: 1 });
    expect(counts(await ingest(cwd, 'in', '--exclude', '*'))).toEqual({});
  });

  it('reads standard input under a name', async () => {
    const cwd = folder();
    const ran = await rag(
      { cwd, stdin: '# Note\n\nfrom a pipe' },
      'ingest',
      '-',
      '--name',
      'note.md',
      '--no-embed',
      '--json',
    );
    expect(ran.json.result.added).toBe(1);
    expect(await found(cwd, 'pipe')).toEqual(['note.md']);
    expect((await rag({ cwd, stdin: 'x' }, 'ingest', '-')).code).toBe(2);
  });

  it('reads what people have in their encodings, by content', async () => {
    const text = '数据库备份说明：每天凌晨两点执行一次完整备份，保留三十五天。';
    const gb = Buffer.from(
      'cafdbedd bfe2b1b8b7ddcbb5c3f7a3bac3bfccecc1e8b3bfc1bdb5e3d6b4d0d0d2bbb4ceb1b8b7dda1a3'.replace(/ /g, ''),
      'hex',
    );
    const cwd = folder({ 'u8.txt': text, 'u16.txt': Buffer.from(`\ufeff${text}`, 'utf16le'), 'gb.txt': gb });
    await ingest(cwd, '.');
    expect(await found(cwd, '凌晨 备份')).toEqual(['gb.txt', 'u16.txt', 'u8.txt']);
    expect((await rag({ cwd }, 'show', 'u16.txt', '--text')).out).toBe(text);
  });

  it('puts documents in collections and under tags', async () => {
    const cwd = folder({ 'a.txt': 'alpha', 'b.txt': 'alpha' });
    await ingest(cwd, 'a.txt', '--collection', 'work', '--tag', 'year=2026', '--tag', 'who=me');
    await ingest(cwd, 'b.txt');
    expect(await found(cwd, 'alpha', '--collection', 'work')).toEqual(['a.txt']);
    expect(await found(cwd, 'alpha', '--tag', 'year=2026', '--tag', 'who=me')).toEqual(['a.txt']);
    expect(counts(await ingest(cwd, 'b.txt', '--tag', 'who=you'))).toEqual({ updated: 1 });
    expect(await found(cwd, 'alpha', '--tag', 'who=you')).toEqual(['b.txt']);
    expect(counts(await ingest(cwd, 'a.txt', 'b.txt'))).toEqual({ unchanged: 2 });
  });
});

describe('bad input', () => {
  it('names each file with its reason and reads the rest', async () => {
    const cwd = folder({
      ...{
        'good.txt': 'fine',
        'empty.txt': '',
        'broken.pdf': '%PDF-1.7\nthis is not one',
        'broken.docx': Buffer.from('PK\u0003\u0004 no zip at all'),
      },
      'picture.png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    });
    writeFileSync(join(cwd, 'big.txt'), '');
    truncateSync(join(cwd, 'big.txt'), 200 * 1024 * 1024);
    const ran = await ingest(cwd, '.', 'missing.pdf');
    expect(ran.code).toBe(3);
    const files: Record<string, unknown> = Object.fromEntries(
      ran.json.result.files.map((file: { source: string; status: string; code: string }) => [
        file.source,
        `${file.status} ${file.code}`,
      ]),
    );
    expect(files).toEqual({
      ...{ 'empty.txt': 'skipped empty', 'broken.pdf': 'failed corrupt', 'broken.docx': 'failed corrupt' },
      ...{ 'picture.png': 'failed corrupt', 'big.txt': 'skipped too_large', 'missing.pdf': 'failed missing' },
    });
    expect(await found(cwd, 'fine')).toEqual(['good.txt']);
    const again = await ingest(cwd, '.');
    expect(again.code).toBe(3);
    expect(again.json.result).toMatchObject({ failed: 3, skipped: 2, unchanged: 1, bytes: 0 });
  });

  it('has exit codes a script can tell apart', async () => {
    const cwd = folder({ 'bad.pdf': '%PDF-1.4 broken', 'empty/.keep': '' });
    expect((await ingest(cwd, 'missing')).code).toBe(6);
    expect((await ingest(cwd, 'bad.pdf')).code).toBe(9);
    expect((await ingest(cwd, 'empty')).code).toBe(0);
    expect((await rag({ cwd }, 'ingest', 'empty')).out).toContain('nothing to ingest');
    expect((await rag({ cwd }, 'ingest')).code).toBe(2);
  });

  it.skipIf(process.getuid?.() === 0)('names a file it may not read', async () => {
    const cwd = folder({ 'locked.txt': 'secret', 'open.txt': 'fine' });
    chmodSync(join(cwd, 'locked.txt'), 0);
    const ran = await ingest(cwd, '.');
    expect(ran.json.result.files).toMatchObject([{ source: 'locked.txt', status: 'failed', code: 'unreadable' }]);
    expect(await found(cwd, 'fine')).toEqual(['open.txt']);
  });

  it('keeps the last good version of a file that became unreadable', async () => {
    const cwd = folder({ 'a.json': '{"animal": "walrus"}' });
    await ingest(cwd, '.');
    put(cwd, 'a.json', '%PDF-1.7 half written');
    expect((await ingest(cwd, '.')).code).toBe(9);
    expect(await found(cwd, 'walrus')).toEqual(['a.json']);
  });
});
