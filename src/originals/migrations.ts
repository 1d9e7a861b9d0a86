import type { Migrations } from '../postgres/postgres.ts';
import { statements } from '../postgres/statements.ts';

export const MIGRATIONS: Migrations = {
  '002-originals': statements(`
    -- Which source has which bytes. One row a version: 'gone' is set when another came or the document was taken out; such rows, and bytes
    -- that no row names, are kept for a while. 'ingested' is null until what the bytes hold is in the store.
    CREATE TABLE originals (
      key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text COLLATE "C" NOT NULL, sha256 text NOT NULL, bytes bigint NOT NULL,
      mtime double precision NOT NULL, labels json NOT NULL, recorded timestamptz NOT NULL DEFAULT now(), ingested timestamptz,
      gone timestamptz);
    CREATE UNIQUE INDEX originals_current ON originals (source) WHERE gone IS NULL;
    CREATE INDEX originals_sha256 ON originals (sha256);
    CREATE INDEX originals_waiting ON originals (recorded) WHERE ingested IS NULL AND gone IS NULL;
    CREATE INDEX originals_gone ON originals (gone) WHERE gone IS NOT NULL;
  `),
};
