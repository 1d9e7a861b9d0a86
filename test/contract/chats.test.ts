import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Chats, Turn } from '../../src/chats/chats.ts';
import { openChats as openFiles } from '../../src/chats/files.ts';
import { MIGRATIONS } from '../../src/chats/migrations.ts';
import { openChats } from '../../src/chats/postgres.ts';
import { migratePostgres, openPostgres } from '../../src/postgres/postgres.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { POSTGRES, withService } from '../support/services.ts';

const turn = (question: string, at: string): Turn => ({
  ...{ at, question, answer: `An answer to ${question} \u0000 备份`, abstained: false, model: 'm', seconds: 0.5 },
  ...{ citations: [], unsupported: [] },
});

function chatsContract(name: string, open: () => Promise<{ chats: Chats; close(): Promise<void> }>): void {
  describe(`chats: ${name}`, () => {
    let chats: Chats;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ chats, close } = await open());
    });
    afterEach(() => close());

    it('keeps turns in their order, and lists the newest session first', async () => {
      expect(await chats.list()).toEqual([]);
      const [first, second] = [
        turn('备份?', '2026-01-01T00:00:00.000Z'),
        turn('and where?', '2026-01-01T00:01:00.000Z'),
      ];
      await chats.append('abc-1', first);
      await chats.append('abc-2', turn('later', '2026-02-01T00:00:00.000Z'));
      await chats.append('abc-1', second);
      expect(await chats.find('abc-1')).toEqual({
        ...{ id: 'abc-1', title: '备份?', started: first.at, turns: [first, second] },
      });
      expect((await chats.list()).map(({ id }) => id)).toEqual(['abc-2', 'abc-1']);
    });

    it('finds a session by a beginning that only it has, and an id before what goes on from it', async () => {
      for (const id of ['abc', 'abcd', 'xyz-1']) await chats.append(id, turn(id, '2026-01-01T00:00:00.000Z'));
      expect((await chats.find('xyz'))?.id).toBe('xyz-1');
      expect((await chats.find('abc'))?.id).toBe('abc');
      expect(await chats.find('ab')).toBeUndefined();
      expect(await chats.find('nosuch')).toBeUndefined();
      for (const id of ['../../etc', '', "x'; drop table turns"]) {
        expect(await chats.find(id)).toBeUndefined();
        await expect(chats.append(id, turn('x', ''))).rejects.toMatchObject({ code: 'usage' });
      }
    });

    it('takes turns from several at once', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => chats.append('one', turn(`q${i}`, '2026'))));
      expect((await chats.find('one'))?.turns).toHaveLength(20);
    });
  });
}

chatsContract('files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rag-chats-'));
  return { chats: openFiles(folder), close: async () => rmSync(folder, { recursive: true }) };
});

withService(POSTGRES, (address) => {
  chatsContract('PostgreSQL', async () => {
    const database = await emptyDatabase(address, `rag_test_${randomBytes(6).toString('hex')}`);
    await migratePostgres(database.url, MIGRATIONS);
    const postgres = openPostgres({ url: database.url, connections: 4 });
    return {
      chats: openChats(postgres.ask, 'somebody'),
      async close() {
        await postgres.close();
        await database.drop();
      },
    };
  });
});
