import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { folder, put, rag } from '../support/rag.ts';
import { json, scriptedServer } from '../support/scripted-server.ts';
import { type Serving, serving } from '../support/serving.ts';

const FILES = {
  'tea.md': '# Tea\n\nGreen tea is stored between 2 and 6 °C in the cold room.\n',
  'keys.md': '# Keys\n\nThe porter keeps the key of the cellar.\n',
  '备份.md': '# 备份\n\n备份保留三十五天，由值班人员负责。\n',
};

// A second model: the embeddings of another rag, which to this one are any OpenAI-compatible server's.
let other: string;
let server: Serving;
beforeAll(async () => {
  other = mkdtempSync(join(tmpdir(), 'rag-other-'));
  put(other, 'a.md', 'nothing\n');
  await command(other, ['ingest', '.']);
  server = await serving(other, {});
});
afterAll(async () => {
  await server.stop();
  rmSync(other, { recursive: true });
});
const env = () => ({ OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: server.token });

describe('rag model', { timeout: 60_000 }, () => {
  it('builds beside, compares, switches, asks with the new model without any setting, and goes back', async () => {
    const cwd = folder(FILES);
    await rag({ cwd }, 'ingest', '.');
    const asked = await rag({ cwd }, 'search', '茶叶在什么温度下存放？', '--json');
    const used = await rag({ cwd, env: env() }, 'model', 'use', 'openai/twin', '--json');
    expect(used.code).toBe(0);
    const { result } = used.json;
    expect(result).toMatchObject({ to: expect.stringContaining('twin@openai/384/'), embedded: 3, switched: true });
    expect(result.better + result.worse + result.same).toBeGreaterThan(0);
    expect(result.from).toContain('multilingual-e5-small');

    const listed = await rag({ cwd, env: env() }, 'model', 'list', '--json');
    expect(listed.json.result.models).toEqual([
      expect.objectContaining({ id: 'builtin', current: false, kept: true }),
      expect.objectContaining({ id: 'openai/twin', current: true }),
    ]);
    const status = await rag({ cwd, env: env() }, 'status', '--json');
    expect(status.json.result).toMatchObject({ chunks: 3, embedded: 3, model: result.to });
    const again = await rag({ cwd, env: env() }, 'search', '茶叶在什么温度下存放？', '--json');
    expect(again.json.result).toMatchObject({ mode: 'hybrid' });
    expect(again.json.result.hits[0].source).toBe(asked.json.result.hits[0].source);
    // New documents get the new model's vectors.
    put(cwd, 'new.md', 'The lighthouse has a lamp.\n');
    const ingested = await rag({ cwd, env: env() }, 'ingest', '.', '--json');
    expect(ingested.json.result).toMatchObject({ added: 1, embedded: 1, pending: 0 });

    const undone = await rag({ cwd }, 'model', 'use', '--undo', '--json');
    expect(undone.json.result).toMatchObject({ from: result.to, to: result.from, pending: 1, switched: true });
    expect((await rag({ cwd }, 'embed', '--json')).json.result).toMatchObject({ embedded: 1, pending: 0 });
    expect(
      (await rag({ cwd }, 'search', 'lighthouse lamp', '--mode', 'vector', '--json')).json.result.hits[0].source,
    ).toBe('new.md');
  });

  it('compares on the questions of chats and files', async () => {
    const cwd = folder(FILES);
    await rag({ cwd }, 'ingest', '.');
    await rag({ cwd, stdin: 'Who keeps the key of the cellar?\n' }, 'chat');
    put(cwd, 'q.jsonl', '{"question":"Who keeps the key?","doc":"keys.md"}\n{"question":"xyzzy","doc":"none.md"}\n');
    const used = await rag({ cwd, env: env() }, 'model', 'use', 'openai/twin', '--queries', 'q.jsonl', '--json');
    expect(used.json.result).toMatchObject({ better: 0, worse: 0, same: 3 });
  });

  it('refuses what does worse, and keeps both', async () => {
    const cwd = folder(
      Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`${i}.md`, `Kettle number ${i} boils.\n`])),
    );
    put(cwd, 'target.md', 'Feline animals purr.\n');
    await rag({ cwd }, 'ingest', '.');
    put(cwd, 'q.jsonl', '{"question":"What sound do cats make?","doc":"target.md"}\n');
    // A model to which one text is as good as any other, and the kettles a little better.
    const poor = await scriptedServer([
      (response, asked) => {
        const data = (asked.body.input as string[]).map((text, index) => {
          return { object: 'embedding', index, embedding: /Feline/.test(text) ? [0, 1] : [1, 0.1] };
        });
        json(200, { object: 'list', data, model: 'poor', usage: { prompt_tokens: 1, total_tokens: 1 } })(
          response,
          asked,
        );
      },
    ]);
    const use = (...more: string[]) =>
      rag(
        { cwd, env: { OPENAI_BASE_URL: poor.url, OPENAI_API_KEY: 'k' } },
        ...['model', 'use', 'openai/poor', '--queries', 'q.jsonl', '--json', ...more],
      );
    const refused = await use();
    expect(refused.code).toBe(10);
    expect(refused.json.error).toMatchObject({ code: 'refused', details: { better: 0, worse: 1, same: 0 } });
    expect((await rag({ cwd }, 'status', '--json')).json.result.model).toContain('multilingual-e5-small');
    const forced = await use('--yes');
    expect(forced.json.result).toMatchObject({ worse: 1, embedded: 0, switched: true });

    // A pack's vectors are never mixed with another model's.
    const builtin = folder(FILES);
    await rag({ cwd: builtin }, 'ingest', '.');
    await rag({ cwd: builtin }, 'pack', 'export', 'b.ragpack');
    const into = await rag({ cwd }, 'pack', 'import', join(builtin, 'b.ragpack'), '--json');
    expect(into.json.result).toMatchObject({ added: 3, vectors: 0, pending: 3 });
    expect(into.err).toContain('left out');
    await poor.close();
  });

  it('stops in time and goes on; a set model is named as the obstacle; nonsense is a usage error', async () => {
    const cwd = folder(FILES);
    await rag({ cwd }, 'ingest', '.');
    const stopped = await rag({ cwd, env: env() }, 'model', 'use', 'openai/twin', '--budget', '1ms', '--json');
    expect(stopped.json.result).toMatchObject({ switched: false, pending: 3 });
    expect((await rag({ cwd }, 'status', '--json')).json.result.model).toContain('multilingual-e5-small');
    expect((await rag({ cwd, env: env() }, 'model', 'use', 'openai/twin')).code).toBe(0);
    const same = await rag({ cwd, env: env() }, 'model', 'use', 'openai/twin');
    expect([same.code, same.out]).toEqual([0, expect.stringContaining('in use already')]);

    const set = await rag({ cwd, env: { ...env(), EMBEDDING_MODEL: 'else' } }, 'model', 'use', 'builtin');
    expect([set.code, set.err]).toEqual([4, expect.stringContaining('EMBEDDING_MODEL')]);
    expect((await rag({ cwd }, 'model', 'use', 'nonsense')).code).toBe(2);
    expect((await rag({ cwd }, 'model', 'use')).code).toBe(2);
    expect((await rag({ cwd: folder() }, 'model', 'use', '--undo')).code).toBe(6);
    expect(readFileSync(join(cwd, 'tea.md'), 'utf8')).toBe(FILES['tea.md']);
  });
});
