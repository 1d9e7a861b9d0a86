import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { create } from '../../src/store/sqlite/schema.ts';
import { SLOT_OF, settleManySlots } from '../../src/store/sqlite/slots.ts';

it('finds a slot where it gathers and where it is kept', () => {
  const db = new Database(':memory:');
  create(db);
  const insert = db.prepare('INSERT INTO recent_slots VALUES (?, ?)');
  const slotOf = (key: Buffer) => db.prepare(SLOT_OF).pluck().get(key, key);
  const counts = () =>
    ['slots', 'recent_slots'].map((name) => db.prepare(`SELECT count(*) FROM ${name}`).pluck().get());
  const first = Buffer.from('first');
  insert.run(first, 65_535);
  settleManySlots(db, 65_534, 65_535);
  expect(counts()).toEqual([0, 1]);
  expect(slotOf(first)).toBe(65_535);
  const second = Buffer.from('second');
  insert.run(second, 65_536);
  settleManySlots(db, 65_535, 65_537);
  expect(counts()).toEqual([2, 0]);
  expect([slotOf(first), slotOf(second), slotOf(Buffer.from('third'))]).toEqual([65_535, 65_536, undefined]);
  db.close();
});
