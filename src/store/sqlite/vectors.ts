import type { Database } from './schema.ts';

/** Vectors are kept as int8 with one scale a row (`value = int8 * scale`), in blocks appended by `putVectors`. */
export interface Quantised {
  scale: number;
  row: Int8Array;
}

export function quantise(vector: Float32Array): Quantised {
  let peak = 1e-12;
  for (const value of vector) peak = Math.max(peak, Math.abs(value));
  const scale = peak / 127;
  const row = new Int8Array(vector.length);
  for (let i = 0; i < vector.length; i++) row[i] = Math.round(vector[i]! / scale);
  return { scale: Math.fround(scale), row };
}

interface Block {
  first: number;
  count: number;
  scales: Buffer;
  vectors: Buffer;
}

/** Appends one block; `hashes` that have a slot already are skipped. Inside the caller's transaction. */
export function appendVectors(db: Database, runtime: string, vectors: Map<string, Float32Array>): void {
  const taken = db.prepare('SELECT 1 FROM slots WHERE hash = ?');
  const fresh = [...vectors].filter(([hash]) => taken.get(Buffer.from(hash, 'hex')) === undefined);
  if (fresh.length === 0) return;
  const first = db.prepare('SELECT coalesce(max(first + count), 0) FROM blocks').pluck().get() as number;
  const dimensions = fresh[0]![1].length;
  const scales = new Float32Array(fresh.length);
  const rows = new Int8Array(fresh.length * dimensions);
  const insertSlot = db.prepare('INSERT INTO slots (hash, slot) VALUES (?, ?)');
  const embed = db.prepare('INSERT INTO embedded (chunk, slot) SELECT chunk, ? FROM pending WHERE hash = ?');
  const arrived = db.prepare('DELETE FROM pending WHERE hash = ?');
  fresh.forEach(([hash, vector], i) => {
    const { scale, row } = quantise(vector);
    scales[i] = scale;
    rows.set(row, i * dimensions);
    const key = Buffer.from(hash, 'hex');
    insertSlot.run(key, first + i);
    embed.run(first + i, key);
    arrived.run(key);
  });
  db.prepare('INSERT INTO blocks (first, count, runtime, scales, vectors) VALUES (?, ?, ?, ?, ?)').run(
    first,
    fresh.length,
    runtime,
    Buffer.from(scales.buffer),
    Buffer.from(rows.buffer),
  );
}

/** The cosine of every stored vector to a unit vector, by slot. One block in memory at a time. */
export function cosines(db: Database, query: Float32Array): Float32Array {
  const total = db.prepare('SELECT coalesce(max(first + count), 0) FROM blocks').pluck().get() as number;
  const result = new Float32Array(total);
  const dimensions = query.length;
  const blocks = db.prepare('SELECT first, count, scales, vectors FROM blocks ORDER BY first').iterate();
  for (const block of blocks as IterableIterator<Block>) {
    const rows = new Int8Array(block.vectors.buffer, block.vectors.byteOffset, block.vectors.length);
    for (let i = 0; i < block.count; i++) {
      let sum = 0;
      for (let d = 0, at = i * dimensions; d < dimensions; d++, at++) sum += query[d]! * rows[at]!;
      result[block.first + i] = sum * block.scales.readFloatLE(4 * i);
    }
  }
  return result;
}

/** Forgets vectors that no chunk refers to; a block goes when its last one is forgotten. Inside the caller's transaction. */
export function dropUnusedVectors(db: Database): void {
  db.exec('DELETE FROM slots WHERE slot NOT IN (SELECT slot FROM embedded)');
  const used = new Set(db.prepare('SELECT slot FROM slots').pluck().all() as number[]);
  const remove = db.prepare('DELETE FROM blocks WHERE first = ?');
  for (const { first, count } of db.prepare('SELECT first, count FROM blocks').all() as Block[])
    if (!Array.from({ length: count }, (_, i) => first + i).some((slot) => used.has(slot))) remove.run(first);
}
