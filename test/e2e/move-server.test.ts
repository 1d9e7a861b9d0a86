import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folder, rag } from '../support/rag.ts';
import { serverHome } from '../support/server-home.ts';
import { POSTGRES, QDRANT, REDIS, S3, withServices } from '../support/services.ts';
import { serving } from '../support/serving.ts';

withServices([POSTGRES, QDRANT, REDIS, S3], (...services) => {
  it('brings a home to the server and back, the same in every answer', { timeout: 240_000 }, async () => {
    const home = await serverHome(services as [string, string, string, string]);
    const token = 'a-token-of-this-test';
    const server = await serving(home.cwd, { ...home.env, RAG_TOKEN: token });
    const env = { RAG_API_URL: server.url, RAG_API_KEY: token };
    try {
      const cwd = folder();
      cpSync('examples', join(cwd, 'examples'), { recursive: true });
      writeFileSync(join(cwd, 'rag.yaml'), '# mine\n');
      await rag({ cwd }, 'ingest', 'examples');
      await rag({ cwd, stdin: 'How long are backups kept?\n' }, 'chat');

      const plan = await rag({ cwd, env }, 'migrate', 'home', '--to', 'stack', '--plan', '--json');
      expect(plan.json.result.plan).toMatchObject({ originals: { files: 5 }, there: { documents: 0 } });
      expect((await rag({ cwd, env }, 'migrate', 'home', '--to', 'stack')).code).toBe(10);
      const moved = await rag({ cwd, env }, 'migrate', 'home', '--to', 'stack', '--yes', '--json');
      expect(moved.err).not.toContain('rag:');
      expect(moved.json.result).toMatchObject({
        ...{ documents: 5, added: 5, pending: 0, sessions: 1, turns: 1, switched: true },
        originals: { sent: 5, present: 0, absent: [] },
      });
      for (const mode of ['hybrid', 'lexical', 'vector'])
        expect(moved.json.result.parity[mode].overlap).toBeGreaterThanOrEqual(0.95);
      expect(readFileSync(join(cwd, 'rag.yaml'), 'utf8')).toContain('home: stack');
      expect(readFileSync(join(cwd, 'rag.yaml'), 'utf8')).toContain('# mine');

      // From now on the same verbs ask the server, which reads its own originals.
      const answer = await rag({ cwd, env }, 'query', 'How long are backups kept?', '--json');
      expect(answer.json.result.citations.length).toBeGreaterThan(0);
      writeFileSync(join(cwd, 'answer.json'), answer.out);
      expect((await rag({ cwd, env }, 'verify', 'answer.json', '--json')).json.result).toMatchObject({ drifted: [] });
      expect((await rag({ cwd, env }, 'status', '--json')).json.result.documents).toBe(5);

      // A second run has nothing to bring; then back, into a folder that is empty.
      const again = await rag({ cwd, env }, 'migrate', 'home', '--to', 'stack', '--yes', '--json');
      expect(again.json.result).toMatchObject({ added: 0, unchanged: 5, originals: { sent: 0, present: 5 }, turns: 0 });
      const to = folder();
      const back = await rag({ cwd: to, env }, 'migrate', 'home', '--to', 'local', '--yes', '--json');
      expect(back.json.error).toBeUndefined();
      expect(back.json.result).toMatchObject({ added: 5, originals: { sent: 5 }, sessions: 1, turns: 1 });
      expect(back.json.result.parity.hybrid.overlap).toBeGreaterThanOrEqual(0.95);
      expect(readFileSync(join(to, 'examples/operations-handbook.md'))).toEqual(
        readFileSync('examples/operations-handbook.md'),
      );
    } finally {
      await server.stop();
      await home.drop();
    }
  });
});
