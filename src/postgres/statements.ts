import { type Migration, sql } from 'kysely';

/** A step of the schema in SQL. */
export function statements(text: string): Migration {
  return {
    async up(db) {
      await sql.raw(text).execute(db);
    },
  };
}
