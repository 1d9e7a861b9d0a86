import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, put, rag } from '../support/rag.ts';

const QUESTION = 'Where does the copper lantern hang?';
const ANSWER = 'The copper lantern hangs above the harbour gate.\n';

/** A home in which the question finds the passage. */
async function home(): Promise<string> {
  const cwd = folder({ 'docs/lantern.md': `# Lantern\n\n${ANSWER}` });
  for (let i = 0; i < 5; i++)
    put(cwd, `docs/other-${i}.md`, `# Other ${i}\n\nA copper lantern is heavy. Number ${i}.\n`);
  await rag({ cwd }, 'ingest', 'docs');
  return cwd;
}
const why = async (cwd: string, ...args: string[]) => {
  const { json } = await rag({ cwd }, 'why', QUESTION, '--json', ...args);
  const { stage, steps, advice } = json.result;
  // Exactly the stage that is named failed, and it is the last.
  const failed = steps.filter((step: { ok: boolean }) => !step.ok).map((step: { stage: string }) => step.stage);
  expect(failed).toEqual(stage === 'found' ? [] : [stage]);
  expect(advice).not.toBe('');
  return { stage, advice, detail: steps.at(-1).detail };
};

describe('rag why', () => {
  it('says that it was found', async () => {
    const cwd = await home();
    expect(await why(cwd, '--doc', 'docs/lantern.md', '--passage', 'copper  lantern HANGS')).toMatchObject({
      stage: 'found',
    });
  });

  it('file: it is not there', async () => {
    expect((await why(await home(), '--doc', 'docs/lamp.md')).stage).toBe('file');
  });

  it('ignored: by a rule, or since it is hidden', async () => {
    const cwd = await home();
    put(cwd, 'docs/.ragignore', 'draft*\n');
    put(cwd, 'docs/draft.md', ANSWER);
    put(cwd, 'docs/.secret/note.md', ANSWER);
    await rag({ cwd }, 'ingest', 'docs', '--no-embed');
    expect((await why(cwd, '--doc', 'docs/draft.md')).stage).toBe('ignored');
    expect((await why(cwd, '--doc', 'docs/.secret/note.md')).stage).toBe('ignored');
  });

  it('ingested: nobody did', async () => {
    const cwd = await home();
    put(cwd, 'docs/new.md', ANSWER);
    const { stage, advice } = await why(cwd, '--doc', 'docs/new.md');
    expect([stage, advice]).toEqual(['ingested', 'rag ingest docs/new.md']);
  });

  it('read: the file could not be', async () => {
    const cwd = await home();
    put(cwd, 'docs/broken.pdf', '%PDF-1.4\nnothing more');
    await rag({ cwd }, 'ingest', 'docs', '--no-embed');
    expect((await why(cwd, '--doc', 'docs/broken.pdf')).stage).toBe('read');
  });

  it('current: it changed afterwards', async () => {
    const cwd = await home();
    put(cwd, 'docs/lantern.md', '# Lantern\n\nIt was sold.\n');
    expect((await why(cwd, '--doc', 'docs/lantern.md')).stage).toBe('current');
  });

  it('text: these words were not read', async () => {
    const cwd = await home();
    expect((await why(cwd, '--doc', 'docs/lantern.md', '--passage', 'a silver lantern')).stage).toBe('text');
  });

  it('filter: it was left out', async () => {
    const cwd = await home();
    expect((await why(cwd, '--doc', 'docs/lantern.md', '--in', 'other/**')).stage).toBe('filter');
  });

  it('candidates: neither words nor meaning lead there', async () => {
    const cwd = folder({ 'far.md': '# Far\n\nNothing of that kind whatsoever.\n' });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const { stage, detail } = await why(cwd, '--doc', 'far.md', '--mode', 'lexical');
    expect([stage, detail]).toEqual(['candidates', expect.stringContaining('it lacks')]);
  });

  it('rank: cut by k', async () => {
    const cwd = await home();
    const { stage, advice } = await why(cwd, '--doc', 'docs/other-3.md', '-k', '1');
    expect([stage, advice]).toEqual(['rank', expect.stringMatching(/^ask for more: -k \d$/)]);
  });

  it('goes by what the home knows when the file is gone', async () => {
    const cwd = await home();
    rmSync(join(cwd, 'docs/lantern.md'));
    expect((await why(cwd, '--doc', 'docs/lantern.md')).stage).toBe('found');
  });
});
