import type { Migrations } from '../../postgres/postgres.ts';
import { statements } from '../../postgres/statements.ts';

/**
 * Steps of the schema, by name in the order of their names. Each keeps what the version before needs to run on: columns are added
 * in one release and dropped in a later one.
 */
export const MIGRATIONS: Migrations = {
  '001-store': statements(`
    -- One row a version. 'since' is null while a document is still being written, 'until' is set when superseded.
    CREATE TABLE documents (
      key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL, source text COLLATE "C" NOT NULL,
      title text NOT NULL, type text NOT NULL, bytes bigint NOT NULL, sha256 text NOT NULL, mtime double precision NOT NULL,
      pages integer, collection text NOT NULL, tags jsonb NOT NULL, status text NOT NULL, problem json,
      chunks integer NOT NULL DEFAULT 0, begun timestamptz NOT NULL DEFAULT now(), since text COLLATE "C", until text COLLATE "C", sections json NOT NULL DEFAULT '[]');
    CREATE UNIQUE INDEX documents_live ON documents (source) WHERE since IS NOT NULL AND until IS NULL;
    CREATE INDEX documents_id ON documents (id);
    CREATE INDEX documents_gone ON documents (until) WHERE since IS NULL OR until IS NOT NULL;

    -- The key is also the point's id in Qdrant. 'terms' and 'counts' go together: term ids and occurrences.
    CREATE SEQUENCE chunk_keys;
    CREATE TABLE chunks (
      key bigint PRIMARY KEY, doc bigint NOT NULL REFERENCES documents ON DELETE CASCADE, position integer NOT NULL,
      start integer NOT NULL, "end" integer NOT NULL, hash bytea NOT NULL, context text NOT NULL, locator json NOT NULL,
      text text NOT NULL, length integer NOT NULL, terms integer[] NOT NULL, counts integer[] NOT NULL);
    CREATE UNIQUE INDEX chunks_doc ON chunks (doc, position);
    CREATE INDEX chunks_hash ON chunks (hash);

    -- 'df': current chunks that hold the term.
    CREATE TABLE terms (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, term text COLLATE "C" NOT NULL UNIQUE,
      df integer NOT NULL DEFAULT 0);

    -- Vectors of one model; 'role' is 'current' or 'shelf'. The name of the vector in Qdrant is 'v' and the id.
    CREATE TABLE models (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, model text NOT NULL, dimensions integer,
      role text NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED, embedded integer NOT NULL DEFAULT 0, runtimes jsonb NOT NULL DEFAULT '{}');
    -- The truth about vectors: int8 values and one scale, by the digest of the text. Qdrant's are made of them.
    CREATE TABLE vectors (model integer NOT NULL REFERENCES models ON DELETE CASCADE, hash bytea NOT NULL,
      scale real NOT NULL, vector bytea NOT NULL, runtime text NOT NULL, PRIMARY KEY (model, hash));

    CREATE TABLE ledger (source text COLLATE "C" PRIMARY KEY, bytes bigint NOT NULL, mtime double precision NOT NULL,
      sha256 text NOT NULL, status text NOT NULL, code text NOT NULL, reason text NOT NULL, version text NOT NULL);

    -- One row: sums over what is visible, so that no question has to count, and what made the terms.
    CREATE TABLE state (one boolean PRIMARY KEY DEFAULT true CHECK (one), documents integer NOT NULL DEFAULT 0,
      chunks integer NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0, versions integer NOT NULL DEFAULT 0,
      tokenizer integer NOT NULL DEFAULT 0, icu text NOT NULL DEFAULT '');
    INSERT INTO state DEFAULT VALUES;
  `),
  '004-collections': statements(`
    -- 'df' again, by collection: what words are worth to whoever sees some collections only.
    CREATE TABLE collection_terms (collection text COLLATE "C", term integer, df integer NOT NULL, PRIMARY KEY (collection, term));
    INSERT INTO collection_terms SELECT d.collection, t.id, count(*) FROM documents d JOIN chunks c ON c.doc = d.key,
      unnest(c.terms) AS t(id) WHERE d.since IS NOT NULL AND d.until IS NULL GROUP BY 1, 2;
    CREATE INDEX documents_collection ON documents (collection) WHERE since IS NOT NULL AND until IS NULL;
  `),
};
