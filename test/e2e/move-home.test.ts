import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { openContext } from '../../src/context.ts';
import { folderSide } from '../../src/migrate/folder.ts';
import { moveHome, type Side } from '../../src/migrate/home.ts';
import { openWriter } from '../../src/store/sqlite/sqlite.ts';
import { searchDeps } from '../../src/wiring.ts';
import { folder, rag } from '../support/rag.ts';

const io = { report() {}, signal: new AbortController().signal };

/** A home in a folder, as a move sees it. */
async function side(root: string): Promise<Side & { close(): Promise<void> }> {
  const config = loadConfig({ cwd: root, env: {}, userHome: root });
  const context = openContext({ config, root, verb: 'test', note() {}, signal: io.signal });
  const made = folderSide(
    {
      ...{ root, chats: await context.chats(), latest: () => context.latest(), writer: () => context.writer() },
      searching: (store) => searchDeps(context, store),
    },
    io,
  );
  return { ...made, close: () => context.close() };
}

it('brings documents, originals and conversations over, twice the same, and says what it could not', {
  timeout: 120_000,
}, async () => {
  const cwd = folder();
  cpSync('examples', join(cwd, 'examples'), { recursive: true });
  writeFileSync(join(cwd, 'going.md'), 'Walruses keep records for nine years.');
  await rag({ cwd }, 'ingest', 'examples', 'going.md');
  await rag({ cwd, stdin: 'How long are backups kept?\n' }, 'chat');
  writeFileSync(join(cwd, 'going.md'), 'Changed since.');
  const to = folder();
  writeFileSync(join(to, 'rag.yaml'), '# mine\n');
  const questions = ['How long are backups kept?', '绿茶应该储存在什么温度？', 'Walruses records', 'forklift'];
  const before = await side(cwd);
  const scratch = join(cwd, '.rag/moving');
  const move = async () => {
    const after = await side(to);
    try {
      return await moveHome(before, after, { scratch, questions: async () => questions }, io);
    } finally {
      await after.close();
    }
  };
  const first = await move();
  expect(first).toMatchObject({ added: 6, updated: 0, pending: 0, sessions: 1, turns: 1 });
  expect(first.originals).toMatchObject({ sent: 5, present: 0, absent: [{ source: 'going.md' }] });
  for (const mode of ['hybrid', 'lexical', 'vector'] as const)
    expect(first.parity[mode]).toMatchObject({ questions: 4, overlap: 1, equal: 4, worst: [] });
  expect(readFileSync(join(to, 'examples/operations-handbook.md'))).toEqual(
    readFileSync('examples/operations-handbook.md'),
  );
  expect((await rag({ cwd: to }, 'ingest', 'examples', '--json')).json.result).toMatchObject({ added: 0, updated: 0 });
  expect((await rag({ cwd: to }, 'chat', '--list', '--json')).json.result.sessions).toHaveLength(1);
  const second = await move();
  expect(second).toMatchObject({ added: 0, updated: 0, unchanged: 6, turns: 0 });
  expect(second.originals).toMatchObject({ sent: 0, present: 5 });
  await before.close();
});

it('stops where the other side answers differently, and where its vectors are of another model', {
  timeout: 60_000,
}, async () => {
  const cwd = folder({ 'tea.md': 'Green tea is kept at five degrees.' });
  await rag({ cwd }, 'ingest', 'tea.md');
  const from = await side(cwd);
  const input = { scratch: join(cwd, '.rag/moving'), questions: async () => ['green tea'] };
  const into = async (root: string) => {
    const to = await side(root);
    await expect(moveHome(from, to, input, io)).rejects.toThrow();
    return moveHome(from, to, input, io)
      .catch((error) => error)
      .finally(() => to.close());
  };
  // It has documents of its own about the same.
  const busy = folder({ 'own.md': 'Green tea, green tea and again green tea.' });
  await rag({ cwd: busy }, 'ingest', 'own.md');
  expect(await into(busy)).toMatchObject({
    code: 'verify',
    details: { parity: { lexical: { overlap: 0.5, worst: [{ question: 'green tea', overlap: 0.5 }] } } },
  });
  const foreign = folder({ 'a.md': 'a' });
  await rag({ cwd: foreign }, 'ingest', 'a.md', '--no-embed');
  const store = await openWriter(join(foreign, '.rag'));
  for await (const { hash } of store.pending())
    await store.putVectors('ollama/other', 'test', new Map([[hash, new Float32Array(8).fill(1)]]));
  await store.close();
  expect(await into(foreign)).toMatchObject({ code: 'refused', message: expect.stringContaining('ollama/other') });
  const empty = await side(folder());
  await expect(moveHome(empty, from, input, io)).rejects.toMatchObject({ code: 'refused' });
  await empty.close();
  await from.close();
});
