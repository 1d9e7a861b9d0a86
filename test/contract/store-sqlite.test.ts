import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReader, openWriter } from '../../src/store/sqlite/sqlite.ts';
import { type Opened, storeContract } from './store.ts';
import { shelfContract } from './store-shelf.ts';
import { withinContract } from './store-within.ts';

async function open(): Promise<Opened> {
  const dir = mkdtempSync(join(tmpdir(), 'rag-store-'));
  const again = async (): Promise<Opened> => {
    const store = await openWriter(dir);
    return {
      store,
      reader: () => openReader(dir),
      // The first writer is left as a killed process leaves it: nothing closed, nothing checkpointed.
      crash: () => again(),
      async close() {
        await store.close();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  };
  return again();
}

storeContract('sqlite', open);
shelfContract('sqlite', open);
withinContract('sqlite', open);
