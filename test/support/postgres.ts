import pg from 'pg';

/** A fresh database beside the one that the address names. `drop` ends what is connected to it. */
export async function emptyDatabase(address: string, name: string): Promise<{ url: string; drop(): Promise<void> }> {
  /** A connection for each: a test may kill the server in between. */
  const run = async (sql: string) => {
    const admin = new pg.Client({ connectionString: address });
    await admin.connect();
    await admin.query(sql).finally(() => admin.end());
  };
  await run(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`);
  const url = new URL(address);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}
