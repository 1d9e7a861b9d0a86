import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Blobs } from '../../src/blobs/blobs.ts';
import { openFolder } from '../../src/blobs/fs.ts';
import { folderOriginals } from '../../src/originals/folder.ts';
import { MIGRATIONS } from '../../src/originals/migrations.ts';
import { openRegister, type Register } from '../../src/originals/register.ts';
import { storedOriginals } from '../../src/originals/stored.ts';
import { migratePostgres, openPostgres, type Postgres } from '../../src/postgres/postgres.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { put as putFile } from '../support/rag.ts';
import { POSTGRES, withService } from '../support/services.ts';

withService(POSTGRES, (address) => {
  describe('originals of a server home', () => {
    let database: Awaited<ReturnType<typeof emptyDatabase>>;
    let postgres: Postgres;
    let folder: string;
    let blobs: Blobs;
    let register: Register;
    beforeAll(async () => {
      database = await emptyDatabase(address, `rag_test_${randomBytes(6).toString('hex')}`);
      await migratePostgres(database.url, MIGRATIONS);
      postgres = openPostgres({ url: database.url, connections: 8 });
      folder = mkdtempSync(join(tmpdir(), 'rag-originals-'));
      blobs = openFolder(join(folder, 'blobs'));
      register = openRegister(postgres, blobs);
    });
    afterAll(async () => {
      await postgres.close();
      await database.drop();
      rmSync(folder, { recursive: true });
    });

    async function keep(source: string, text: string, options?: { ingested: boolean }) {
      const content = Buffer.from(text);
      const sha256 = createHash('sha256').update(content).digest('hex');
      const put = () =>
        blobs.put(
          sha256,
          content.length,
          (async function* () {
            yield content;
          })(),
        );
      await put();
      const entry = { source, sha256, bytes: content.length, mtimeMs: 1_500_000_000_123, labels: { tags: { a: 'b' } } };
      for (const _ of await register.record([entry], options)) await put();
      return entry;
    }
    /** As if it had been put long ago. */
    const old = (sha256: string) => utimesSync(join(folder, 'blobs', sha256.slice(0, 2), sha256), 1e9, 1e9);

    it('know the present bytes of a source, and what waits to be read', async () => {
      const first = await keep('docs/a.md', 'one');
      expect(await register.find('docs/a.md')).toEqual(first);
      expect(await register.unsettled(0)).toEqual([first]);
      expect(await register.unsettled(3600)).toEqual([]);
      const second = await keep('docs/a.md', 'two');
      await register.settle('docs/a.md', first.sha256);
      expect(await register.unsettled(0)).toEqual([second]);
      await register.settle('docs/a.md', second.sha256);
      await keep('docs/moved.md', 'three', { ingested: true });
      expect(await register.unsettled(0)).toEqual([]);
      await register.forget(['docs/a.md', 'nothing.md']);
      expect(await register.find('docs/a.md')).toBeUndefined();
    });

    it('let one process at a time work on a source', async () => {
      let inside = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 20));
        inside--;
      };
      await Promise.all(Array.from({ length: 5 }, () => register.exclusively('docs/a.md', work)));
      expect(most).toBe(1);
      await Promise.all(['x', 'y'].map((source) => register.exclusively(source, work)));
      expect(most).toBe(2);
    });

    it('collect bytes that no source has, and no others, also while files come', async () => {
      const [kept, shared, gone] = [
        await keep('kept.md', 'kept words'),
        await keep('twin-1.md', 'shared words'),
        await keep('gone.md', 'gone words'),
      ];
      await keep('twin-2.md', 'shared words');
      await register.forget(['gone.md', 'twin-1.md']);
      for (const { sha256 } of [kept, shared, gone]) old(sha256);
      await register.collect(3600);
      expect(await blobs.has(gone.sha256)).toBe(true);
      // Nobody has named them for a while now; what was put just now stays, whoever names it.
      await postgres.ask(`UPDATE originals SET gone = now() - interval '2 hours' WHERE gone IS NOT NULL`);
      const fresh = Buffer.from('put, and not yet recorded');
      const freshName = createHash('sha256').update(fresh).digest('hex');
      await blobs.put(
        freshName,
        fresh.length,
        (async function* () {
          yield fresh;
        })(),
      );
      const freed = await register.collect(3600);
      expect(freed.blobs).toBeGreaterThanOrEqual(1);
      const there = await Promise.all(
        [kept.sha256, shared.sha256, gone.sha256, freshName].map((one) => blobs.has(one)),
      );
      expect(there).toEqual([true, true, false, true]);
      // The same bytes come again and again while they are collected: what is recorded is there.
      for (let turn = 0; turn < 20; turn++) {
        const entry = await keep('again.md', 'the same old words');
        old(entry.sha256);
        await register.forget(['again.md']);
        await postgres.ask(`UPDATE originals SET gone = now() - interval '2 hours' WHERE gone IS NOT NULL`);
        const [, back] = await Promise.all([register.collect(3600), keep('again.md', 'the same old words')]);
        expect([turn, await blobs.has(back.sha256)]).toEqual([turn, true]);
      }
    });

    it('hand out a file on this machine, for what lies in it too, and elsewhere only below the home', async () => {
      putFile(folder, 'local/only.md', 'never uploaded');
      const scratch = async () => join(folder, 'scratch');
      const originals = storedOriginals(register, blobs, scratch, folderOriginals(folder, { inside: true }));
      await keep('box/outer.zip', 'not really a zip');
      for (let turn = 0; turn < 2; turn++) {
        const held = (await originals.hold('box/outer.zip!/inner/a.md'))!;
        expect([held.name, held.members, readFileSync(held.path, 'utf8')]).toEqual([
          ...['outer.zip', ['inner/a.md'], 'not really a zip'],
        ]);
        held.release();
      }
      const held = await originals.hold('local/only.md');
      expect([held?.name, held?.members]).toEqual(['only.md', []]);
      for (const source of ['nothing.md', '/etc/passwd', '../../../../etc/passwd'])
        expect([source, await originals.hold(source)]).toEqual([source, undefined]);
      const { sha256 } = await keep('rotten.md', 'fresh');
      await blobs.delete(sha256);
      await expect(originals.hold('rotten.md')).rejects.toMatchObject({ code: 'not_found' });
    });
  });
});
