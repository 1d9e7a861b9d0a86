import type { Database } from './schema.ts';

/** The slot of a text's vector, by its digest (bound twice). */
export const SLOT_OF = 'SELECT slot FROM slots WHERE hash = ? UNION ALL SELECT slot FROM recent_slots WHERE hash = ?';

/** So many slots are moved at once from where they gather. */
const GATHERED = 65_536;

/**
 * Digests stand in no order: each of a commit lies on a page of its own, which would be written anew in a large home. So they gather in a
 * small table, and move from there in order.
 */
export function settleSlots(db: Database): void {
  db.exec('INSERT INTO slots SELECT hash, slot FROM recent_slots ORDER BY hash; DELETE FROM recent_slots');
}

/** When the slots became `after` from `before`. Inside the caller's transaction. */
export function settleManySlots(db: Database, before: number, after: number): void {
  if (Math.floor(before / GATHERED) !== Math.floor(after / GATHERED)) settleSlots(db);
}
