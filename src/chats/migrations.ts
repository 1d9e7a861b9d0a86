import type { Migrations } from '../postgres/postgres.ts';
import { statements } from '../postgres/statements.ts';

export const MIGRATIONS: Migrations = {
  '002-chats': statements(`
    -- 'owner' is the id of a user, or empty.
    CREATE TABLE turns (key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text NOT NULL, session text COLLATE "C" NOT NULL,
      turn json NOT NULL);
    CREATE INDEX turns_session ON turns (owner, session, key);
  `),
};
