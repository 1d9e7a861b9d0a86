import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './schema.ts';
import type { Change } from './segments/change.ts';
import { damaged } from './segments/damage.ts';
import { fileWriter } from './segments/files.ts';
import { rowsFile, strideOf } from './segments/format.ts';
import type { Kernel } from './segments/kernel.ts';
import { extendCodes } from './segments/vectorfiles.ts';
import { SLOT_OF, settleManySlots, settleSlots } from './slots.ts';
import { findWaiting } from './waiting.ts';

/** Appends vectors; hashes that have a slot already are skipped. Inside the caller's transaction. */
export function appendVectors(db: Database, change: Change, runtime: string, vectors: Map<string, Float32Array>): void {
  const slotOf = db.prepare(SLOT_OF);
  const fresh = [...vectors]
    .map(([hash, vector]) => ({ hash: Buffer.from(hash, 'hex'), vector }))
    .filter(({ hash }) => slotOf.get(hash, hash) === undefined);
  if (fresh.length === 0) return;
  change.manifest.dimensions ??= fresh[0]!.vector.length;
  findWaiting(db);
  const first = change.append(fresh.map(({ vector }) => vector));
  const insertSlot = db.prepare('INSERT INTO recent_slots (hash, slot) VALUES (?, ?)');
  const waiting = db
    .prepare(
      `SELECT w.chunk, d.since IS NOT NULL AND d.until IS NULL AS live FROM waiting w JOIN pending p ON p.chunk = w.chunk AND p.hash = w.hash
       JOIN chunks c ON c.key = w.chunk JOIN documents d ON d.key = c.doc WHERE w.hash = ? ORDER BY w.chunk`,
    )
    .raw();
  const embed = db.prepare('INSERT INTO embedded (chunk, slot) VALUES (?, ?)');
  const arrived = db.prepare('DELETE FROM pending WHERE chunk = ?');
  const { counts, runtimes } = change.manifest;
  fresh.forEach(({ hash }, i) => {
    insertSlot.run(hash, first + i);
    for (const [chunk, live] of waiting.all(hash) as [number, number][]) {
      embed.run(chunk, first + i);
      change.link(chunk, first + i);
      counts.embedded += live;
      arrived.run(chunk);
    }
  });
  settleManySlots(db, first, first + fresh.length);
  db.prepare('INSERT INTO batches (first, count, runtime) VALUES (?, ?, ?)').run(first, fresh.length, runtime);
  runtimes[runtime] = (runtimes[runtime] ?? 0) + fresh.length;
}

/** Forgets all vectors; every chunk waits for one again. */
export function dropVectors(db: Database, change: Change): void {
  db.exec(`DELETE FROM batches; DELETE FROM slots; DELETE FROM recent_slots; DELETE FROM embedded; DELETE FROM pending;
    INSERT INTO pending (hash, chunk) SELECT hash, key FROM chunks`);
  const { manifest } = change;
  for (const name of ['vectors', 'model', 'dimensions'] as const) delete manifest[name];
  manifest.runtimes = {};
  manifest.counts.embedded = 0;
}

/** Links of all chunks, from the rows. */
export function relink(db: Database, change: Change): void {
  const pairs = db.prepare('SELECT chunk, slot FROM embedded ORDER BY slot, chunk').raw();
  for (const [chunk, slot] of pairs.iterate() as IterableIterator<[number, number]>) change.link(chunk, slot);
}

/**
 * Writes the vectors that a chunk has into new files and gives them new slots, which gives the others' space back. Rows that
 * are damaged are left out, and their chunks wait for a vector again; resolves to how many. Inside the caller's transaction.
 */
export function compactVectors(db: Database, dir: string, kernel: Kernel, change: Change): number {
  const { manifest } = change;
  const old = manifest.vectors;
  if (old === undefined) return 0;
  const stride = strideOf(old.dimensions);
  const generation = change.fresh();
  const used = db.prepare('SELECT DISTINCT slot FROM embedded ORDER BY slot').pluck().all() as number[];
  settleSlots(db);
  db.exec('DELETE FROM slots WHERE slot NOT IN (SELECT slot FROM embedded)');
  const runtimeOf = db.prepare('SELECT runtime FROM batches WHERE first <= ? ORDER BY first DESC LIMIT 1').pluck();
  const move = [
    db.prepare('UPDATE slots SET slot = ? WHERE slot = ?'),
    db.prepare('UPDATE embedded SET slot = ? WHERE slot = ?'),
  ];
  const forget = [
    db.prepare(
      `INSERT INTO pending (hash, chunk) SELECT c.hash, c.key FROM embedded e JOIN chunks c ON c.key = e.chunk WHERE e.slot = ?`,
    ),
    db.prepare('DELETE FROM slots WHERE slot = ?'),
    db.prepare('DELETE FROM embedded WHERE slot = ?'),
  ];
  db.exec('CREATE INDEX moving_slots ON slots (slot); CREATE INDEX moving_embedded ON embedded (slot)');
  const batches: { first: number; count: number; runtime: string }[] = [];
  const runtimes: Record<string, number> = {};
  let lost = 0;
  let slots = 0;
  change.made(rowsFile(generation));
  const file = fileWriter(join(dir, rowsFile(generation)), 'w');
  const from = openRows(join(dir, rowsFile(old.generation)));
  const at = kernel.region('row', stride);
  for (const slot of used) {
    const whole = from !== undefined && kernel.read(from, slot * stride, at, stride);
    const sum = kernel.run.checksum(at, stride - 4) >>> 0;
    if (!whole || slot >= old.slots || sum !== kernel.u32(at + stride - 4, 1)[0]) {
      for (const statement of forget) statement.run(slot);
      lost++;
      continue;
    }
    const runtime = (runtimeOf.get(slot) as string | undefined) ?? 'unknown';
    file.write(kernel.bytes(at, stride));
    if (slot !== slots) for (const statement of move) statement.run(slots, slot);
    if (batches.at(-1)?.runtime === runtime) batches.at(-1)!.count++;
    else batches.push({ first: slots, count: 1, runtime });
    runtimes[runtime] = (runtimes[runtime] ?? 0) + 1;
    slots++;
  }
  if (from !== undefined) closeSync(from);
  file.end();
  db.exec('DROP INDEX moving_slots; DROP INDEX moving_embedded; DELETE FROM batches');
  const insert = db.prepare('INSERT INTO batches (first, count, runtime) VALUES (@first, @count, @runtime)');
  for (const batch of batches) insert.run(batch);
  manifest.runtimes = runtimes;
  if (slots === 0) delete manifest.vectors;
  else {
    manifest.vectors = { generation, dimensions: old.dimensions, slots, links: 0 };
    extendAll(dir, kernel, change);
    relink(db, change);
  }
  return lost;
}

function openRows(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

function extendAll(dir: string, kernel: Kernel, change: Change): void {
  const names: string[] = [];
  extendCodes(dir, kernel, change.manifest, names);
  for (const name of names) change.made(name);
}

/** The vectors of format 2 lay in SQLite: int8 with one scale a row. Inside the caller's transaction. */
export function adoptBlocks(db: Database, dir: string, kernel: Kernel, change: Change, dimensions: number): void {
  const generation = change.fresh();
  const stride = strideOf(dimensions);
  change.made(rowsFile(generation));
  const file = fileWriter(join(dir, rowsFile(generation)), 'w');
  const at = kernel.region('row', stride);
  let slots = 0;
  let gaps = false;
  const blocks = db.prepare('SELECT first, count, scales, vectors FROM blocks ORDER BY first').iterate();
  for (const block of blocks as IterableIterator<{ first: number; count: number; scales: Buffer; vectors: Buffer }>) {
    if (block.vectors.length !== block.count * dimensions) throw damaged(dir, 'a block of vectors');
    // Slots of blocks that were pruned stay empty.
    for (; slots < block.first; slots++) {
      file.write(Buffer.alloc(stride));
      gaps = true;
    }
    for (let i = 0; i < block.count; i++) {
      const row = kernel.bytes(at, stride);
      row.fill(0);
      row.set(block.vectors.subarray(i * dimensions, (i + 1) * dimensions));
      kernel.f32(at + stride - 8, 1)[0] = block.scales.readFloatLE(4 * i);
      kernel.u32(at + stride - 4, 1)[0] = kernel.run.checksum(at, stride - 4);
      file.write(kernel.bytes(at, stride));
      slots++;
    }
  }
  file.end();
  if (slots === 0) return;
  change.manifest.vectors = { generation, dimensions, slots, links: 0 };
  if (gaps) compactVectors(db, dir, kernel, change);
  else {
    extendAll(dir, kernel, change);
    relink(db, change);
  }
}
