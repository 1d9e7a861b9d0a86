import { expect, it } from 'vitest';
import { openPostgres } from '../../src/postgres/postgres.ts';
import { logEnd } from '../../src/postgres/replica.ts';
import { migrateServer, openServer } from '../../src/store/server/server.ts';
import { postgresServer } from '../support/postgres-server.ts';
import { POSTGRES_BIN, QDRANT, withServices } from '../support/services.ts';
import { documentOf } from '../support/store.ts';

withServices([POSTGRES_BIN, QDRANT], (bin, qdrant) => {
  it('reads from a replica what is not too old, and never before what was written last', {
    timeout: 120_000,
  }, async () => {
    const primary = await postgresServer(bin!);
    const copy = await primary.replica();
    const collection = `rag_replica_${process.pid}`;
    const options = { postgres: primary.url, replica: copy.url, qdrant: qdrant!, collection };
    await migrateServer(options);
    const server = openServer(options);
    const [there, here] = [primary.url, copy.url].map((url) => openPostgres({ url, connections: 2 }));
    let written: string | undefined;
    const reads = async (source: string) => (await server.newest(async () => written)).find(source);
    const put = async (source: string) => {
      await server.store.put([documentOf(source, [`words of ${source}`])]);
      written = await logEnd(there!);
    };
    try {
      // Its own writes, at once, whoever answers.
      for (let n = 0; n < 20; n++) {
        await put(`note-${n}.md`);
        expect((await reads(`note-${n}.md`))?.source).toBe(`note-${n}.md`);
      }
      const answering = async () => {
        const before = await count();
        await reads('note-1.md');
        return (await count()) > before ? 'replica' : 'primary';
      };
      /** Statements that the replica has answered, ours left out. */
      const count = async () =>
        Number(
          (
            await here!.ask<{ n: string }>(
              `SELECT sum(idx_scan + seq_scan)::text AS n FROM pg_stat_user_tables WHERE relname = 'documents'`,
            )
          )[0]!.n,
        );
      const settled = async (who: string) => {
        for (let tries = 0; tries < 60; tries++) {
          if ((await answering()) === who) return true;
          await new Promise((soon) => setTimeout(soon, 250));
        }
        return false;
      };
      expect(await settled('replica')).toBe(true);
      await here!.ask('SELECT pg_wal_replay_pause()');
      await put('late.md');
      expect((await reads('late.md'))?.source).toBe('late.md');
      // Who wrote nothing may wait a few seconds for it, and no longer.
      written = undefined;
      let waited = 0;
      for (; (await reads('late.md')) === undefined && waited < 80; waited++)
        await new Promise((soon) => setTimeout(soon, 250));
      expect(waited).toBeLessThan(60);
      await here!.ask('SELECT pg_wal_replay_resume()');
      await put('later.md');
      expect((await reads('later.md'))?.source).toBe('later.md');
      expect(await settled('replica')).toBe(true);
      // Without the primary what was written before can still be read.
      await primary.kill();
      await new Promise((soon) => setTimeout(soon, 1000));
      expect((await reads('later.md'))?.source).toBe('later.md');
    } finally {
      await server.close();
      await there!.close();
      await here!.close();
      await copy.stop();
      await primary.stop();
      await fetch(`${qdrant}/collections/${collection}`, { method: 'DELETE' });
    }
  });
});
