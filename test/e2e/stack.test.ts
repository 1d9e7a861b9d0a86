import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { serverHome } from '../support/server-home.ts';
import { POSTGRES, QDRANT, REDIS, S3, withServices } from '../support/services.ts';
import { serving } from '../support/serving.ts';
import { stackSuite } from './stack.ts';

stackSuite('a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rag-stack-'));
  return {
    folder,
    server: await serving(folder),
    /** Every file below, but what the home itself keeps. */
    kept: async () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .filter((path) => !path.startsWith('.rag/') || path.includes('incoming')),
    mtime: async (source) => statSync(join(folder, source)).mtimeMs,
    close: async () => rmSync(folder, { recursive: true }),
  };
});

withServices([POSTGRES, QDRANT, REDIS, S3], (...addresses) => {
  stackSuite('PostgreSQL, Qdrant, Redis and S3, with a worker', async () => {
    const home = await serverHome(addresses as [string, string, string, string]);
    const worker = await home.start('worker');
    const server = await serving(home.cwd, home.env);
    const database = new pg.Pool({ connectionString: home.env.DATABASE_URL });
    // The last connection may be ended by the drop of its database.
    database.on('error', () => {});
    return {
      server,
      kept: async () =>
        (await database.query('SELECT DISTINCT source FROM originals ORDER BY source')).rows.map(
          ({ source }) => source,
        ),
      mtime: async (source) =>
        (await database.query('SELECT mtime FROM originals WHERE source = $1 AND gone IS NULL', [source])).rows[0]
          .mtime,
      async close() {
        await worker.stop();
        await database.end();
        await home.drop();
      },
    };
  });
});
