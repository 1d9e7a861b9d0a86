import type { Blobs } from '../blobs/blobs.ts';
import type { Ask, Postgres } from '../postgres/postgres.ts';

export interface Entry {
  source: string;
  sha256: string;
  bytes: number;
  mtimeMs: number;
  /** What its ingest is to say of it. */
  labels: object;
}

/** Which source has which bytes, in PostgreSQL. The bytes are in `Blobs`, there before a row names them. */
export interface Register {
  /**
   * Each becomes its source's present original, after its bytes were put. `ingested`: nothing of it waits to be read. Resolves to those
   * whose bytes were collected in that moment: put them again.
   */
  record(entries: Entry[], options?: { ingested?: boolean }): Promise<Entry[]>;
  find(source: string): Promise<Entry | undefined>;
  /** Present originals by source, from behind `after` on. */
  page(after: string, limit: number): Promise<Entry[]>;
  /** What these bytes hold is in the store. */
  settle(source: string, sha256: string): Promise<void>;
  /** The sources have no original any more; the bytes go later. */
  forget(sources: string[]): Promise<void>;
  /** Recorded this long ago, and nobody has said that it is in the store. */
  unsettled(seconds: number): Promise<Entry[]>;
  /** Work on what a source holds, one process at a time. */
  exclusively<T>(source: string, work: () => Promise<T>): Promise<T>;
  /** Removes what no source has had for this long. Resolves to the number of blobs and their bytes. */
  collect(graceSeconds: number): Promise<{ blobs: number; bytes: number }>;
}

interface Row {
  source: string;
  sha256: string;
  bytes: number;
  mtime: number;
  labels: object;
}

/** Held together by all who record, and alone by who deletes bytes: what is recorded is there, or is known to be gone. */
const SHARED = 'SELECT pg_advisory_xact_lock_shared(7265003)';
const ALONE = 'SELECT pg_advisory_xact_lock(7265003)';
const COLUMNS = 'source, sha256, bytes, mtime, labels';
const PAGE = 500;

export function openRegister(postgres: Postgres, blobs: Blobs): Register {
  const { ask } = postgres;
  const toEntry = ({ mtime, ...row }: Row): Entry => ({ ...row, mtimeMs: mtime });

  async function record(own: Ask, entries: Entry[], ingested: boolean): Promise<void> {
    const sources = entries.map(({ source }) => source);
    // Two who record the same source take turns, all in one order.
    await own(
      `SELECT pg_advisory_xact_lock(7265004, h)
       FROM (SELECT DISTINCT hashtext(s) AS h FROM unnest($1::text[]) AS s ORDER BY h) AS locks`,
      [sources],
    );
    await own('UPDATE originals SET gone = now() WHERE source = ANY($1) AND gone IS NULL', [sources]);
    await own(
      `INSERT INTO originals (source, sha256, bytes, mtime, labels, ingested)
       SELECT *, CASE WHEN $6 THEN now() END FROM unnest($1::text[], $2::text[], $3::bigint[], $4::float8[], $5::json[])`,
      [
        sources,
        entries.map(({ sha256 }) => sha256),
        entries.map(({ bytes }) => bytes),
        entries.map(({ mtimeMs }) => mtimeMs),
        entries.map(({ labels }) => JSON.stringify(labels)),
        ingested,
      ],
    );
  }

  /** Of these, what no row names. */
  async function unnamed(own: Ask, names: string[]): Promise<string[]> {
    const rows = await own<{ sha256: string }>(
      `SELECT n.sha256 FROM unnest($1::text[]) AS n(sha256)
       WHERE NOT EXISTS (SELECT 1 FROM originals o WHERE o.sha256 = n.sha256)`,
      [names],
    );
    return rows.map(({ sha256 }) => sha256);
  }

  return {
    async record(entries, { ingested = false } = {}) {
      await postgres.transaction(async (own) => {
        await own(SHARED);
        await record(own, entries, ingested);
      });
      const there = await Promise.all(entries.map(({ sha256 }) => blobs.has(sha256)));
      return entries.filter((_, i) => !there[i]);
    },
    async find(source) {
      const [row] = await ask<Row>(`SELECT ${COLUMNS} FROM originals WHERE source = $1 AND gone IS NULL`, [source]);
      return row === undefined ? undefined : toEntry(row);
    },
    async page(after, limit) {
      const rows = await ask<Row>(
        `SELECT ${COLUMNS} FROM originals WHERE gone IS NULL AND source > $1 ORDER BY source LIMIT $2`,
        [after, limit],
      );
      return rows.map(toEntry);
    },
    async settle(source, sha256) {
      await ask(
        `UPDATE originals SET ingested = now()
         WHERE source = $1 AND sha256 = $2 AND gone IS NULL AND ingested IS NULL`,
        [source, sha256],
      );
    },
    async forget(sources) {
      await ask('UPDATE originals SET gone = now() WHERE source = ANY($1) AND gone IS NULL', [sources]);
    },
    async unsettled(seconds) {
      const rows = await ask<Row>(
        `SELECT ${COLUMNS} FROM originals WHERE ingested IS NULL AND gone IS NULL
         AND recorded < now() - make_interval(secs => $1) ORDER BY recorded LIMIT 10000`,
        [seconds],
      );
      return rows.map(toEntry);
    },
    exclusively: (source, work) => postgres.exclusively(`original:${source}`, work),
    async collect(graceSeconds) {
      await ask('DELETE FROM originals WHERE gone < now() - make_interval(secs => $1)', [graceSeconds]);
      const before = Date.now() - graceSeconds * 1000;
      const freed = { blobs: 0, bytes: 0 };
      const collectPage = async (sizes: Map<string, number>) => {
        if ((await unnamed(ask, [...sizes.keys()])).length === 0) return;
        await postgres.transaction(async (own) => {
          await own(ALONE);
          for (const sha256 of await unnamed(own, [...sizes.keys()])) {
            await blobs.delete(sha256);
            freed.blobs++;
            freed.bytes += sizes.get(sha256)!;
          }
        });
      };
      let page = new Map<string, number>();
      for await (const { sha256, bytes, modified } of blobs.list()) {
        if (modified > before) continue;
        page.set(sha256, bytes);
        if (page.size < PAGE) continue;
        await collectPage(page);
        page = new Map();
      }
      await collectPage(page);
      await blobs.sweep(before);
      return freed;
    },
  };
}
