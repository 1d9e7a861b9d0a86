import { randomBytes } from 'node:crypto';
import { migrateServer, openServer } from '../../src/store/server/server.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { POSTGRES, QDRANT, withServices } from '../support/services.ts';
import { type Opened, storeContract } from './store.ts';
import { shelfContract } from './store-shelf.ts';
import { withinContract } from './store-within.ts';

withServices([POSTGRES, QDRANT], (postgres, qdrant) => {
  /** A database and a collection of its own for each test. */
  async function open(): Promise<Opened> {
    const name = `rag_test_${randomBytes(6).toString('hex')}`;
    const database = await emptyDatabase(postgres, name);
    const options = { postgres: database.url, qdrant, collection: name, connections: 6 };
    await migrateServer(options);
    const again = async (): Promise<Opened> => {
      const server = openServer(options);
      return {
        store: server.store,
        reader: () => server.reader(),
        // A killed process leaves its connections to the server, which rolls back what was not committed.
        crash: () => again(),
        async close() {
          await server.close();
          await database.drop();
          await fetch(`${qdrant}/collections/${name}`, { method: 'DELETE' });
        },
      };
    };
    return again();
  }
  storeContract('PostgreSQL and Qdrant', open);
  shelfContract('PostgreSQL and Qdrant', open);
  withinContract('PostgreSQL and Qdrant', open);
});
