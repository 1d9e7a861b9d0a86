import type { Migrations } from '../postgres/postgres.ts';
import { statements } from '../postgres/statements.ts';

/** Steps of the tables of accounts, joined with the other rooms' where migrations run. */
export const MIGRATIONS: Migrations = {
  '003-accounts': statements(`
    -- 'collections' is null for all.
    CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text COLLATE "C" NOT NULL UNIQUE,
      password text NOT NULL, role text NOT NULL, collections text[], disabled boolean NOT NULL DEFAULT false,
      created timestamptz NOT NULL DEFAULT now());

    -- A session is a family of refresh tokens, of which one at a time is good: the one that was not used yet.
    CREATE TABLE sessions (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner uuid NOT NULL REFERENCES users ON DELETE CASCADE,
      begun timestamptz NOT NULL DEFAULT now(), expires timestamptz NOT NULL, ended timestamptz);
    CREATE INDEX sessions_owner ON sessions (owner);
    CREATE INDEX sessions_expires ON sessions (expires);
    CREATE TABLE refresh_tokens (hash bytea PRIMARY KEY, session uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
      used timestamptz);
    CREATE INDEX refresh_tokens_session ON refresh_tokens (session);

    CREATE TABLE api_keys (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner uuid NOT NULL REFERENCES users ON DELETE CASCADE,
      name text NOT NULL, hash bytea NOT NULL UNIQUE, role text NOT NULL, collections text[],
      created timestamptz NOT NULL DEFAULT now(), expires timestamptz, revoked timestamptz);
    CREATE INDEX api_keys_owner ON api_keys (owner);

    CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
      who text NOT NULL, action text NOT NULL, target text NOT NULL, address text NOT NULL, result text NOT NULL);
    CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$;
    CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
      FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
  `),
};
