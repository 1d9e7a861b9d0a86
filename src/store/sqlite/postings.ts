import type { Database } from './schema.ts';

/*
 * The inverted index: per segment and term one blob of `(chunk key delta, tf, chunk length)` as LEB128 varints, keys
 * ascending. A chunk's length (its number of terms) stands in each posting, so that scoring reads nothing else.
 */

/** Rewriting starts when this many segments of one size class have gathered. */
const FAN_IN = 12;

interface Growing {
  bytes: number[];
  last: number;
  df: number;
}

export interface SegmentWriter {
  /** Keys must come in ascending order. */
  add(key: number, terms: Map<string, number>): void;
  /** Writes what was added as one new segment, inside the caller's transaction. */
  flush(): void;
}

export function segmentWriter(db: Database): SegmentWriter {
  const insertSegment = db.prepare('INSERT INTO segments (bytes) VALUES (?)');
  const insert = db.prepare('INSERT INTO postings (segment, term, df, data) VALUES (?, ?, ?, ?)');
  let growing = new Map<string, Growing>();
  return {
    add(key, terms) {
      let length = 0;
      for (const tf of terms.values()) length += tf;
      for (const [term, tf] of terms) {
        let list = growing.get(term);
        if (list === undefined) growing.set(term, (list = { bytes: [], last: 0, df: 0 }));
        pushVarint(list.bytes, key - list.last);
        pushVarint(list.bytes, tf);
        pushVarint(list.bytes, length);
        list.last = key;
        list.df++;
      }
    },
    flush() {
      if (growing.size === 0) return;
      let bytes = 0;
      for (const list of growing.values()) bytes += list.bytes.length;
      const segment = insertSegment.run(bytes).lastInsertRowid;
      for (const term of [...growing.keys()].sort()) {
        const list = growing.get(term)!;
        insert.run(segment, term, list.df, Buffer.from(list.bytes));
      }
      growing = new Map();
    },
  };
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

/** Calls `visit` for each posting, in key order. */
export function decode(data: Buffer, visit: (key: number, tf: number, length: number) => void): void {
  let at = 0;
  const varint = () => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = data[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  let key = 0;
  while (at < data.length) {
    key += varint();
    visit(key, varint(), varint());
  }
}

/**
 * Merges segments of one size class once FAN_IN of them have gathered, dropping postings of chunks that are gone: so a
 * term is never spread over more than a few dozen segments, and each posting is rewritten a logarithmic number of times.
 */
export function mergeSegments(db: Database, exists: (key: number) => boolean, fanIn = FAN_IN): void {
  const rows = db.prepare('SELECT id, bytes FROM segments').all() as { id: number; bytes: number }[];
  const classes = new Map<number, number[]>();
  for (const { id, bytes } of rows) {
    const size = Math.floor(Math.log2(Math.max(bytes, 1)) / 3);
    classes.set(size, [...(classes.get(size) ?? []), id]);
  }
  for (const ids of classes.values()) if (ids.length >= fanIn) merge(db, ids, exists);
}

function merge(db: Database, ids: number[], exists: (key: number) => boolean): void {
  const list = ids.join(',');
  const terms = db.prepare(`SELECT DISTINCT term FROM postings WHERE segment IN (${list}) ORDER BY term`).pluck();
  const select = db.prepare(`SELECT data FROM postings WHERE segment IN (${list}) AND term = ?`).pluck();
  const insert = db.prepare('INSERT INTO postings (segment, term, df, data) VALUES (?, ?, ?, ?)');
  db.transaction(() => {
    const segment = db.prepare('INSERT INTO segments (bytes) VALUES (0)').run().lastInsertRowid;
    let total = 0;
    for (const term of terms.all() as string[]) {
      const found: [number, number, number][] = [];
      for (const data of select.all(term) as Buffer[])
        decode(data, (key, tf, length) => exists(key) && found.push([key, tf, length]));
      if (found.length === 0) continue;
      found.sort((a, b) => a[0] - b[0]);
      const bytes: number[] = [];
      let last = 0;
      for (const [key, tf, length] of found) {
        pushVarint(bytes, key - last);
        pushVarint(bytes, tf);
        pushVarint(bytes, length);
        last = key;
      }
      insert.run(segment, term, found.length, Buffer.from(bytes));
      total += bytes.length;
    }
    db.prepare('UPDATE segments SET bytes = ? WHERE id = ?').run(total, segment);
    db.exec(`DELETE FROM postings WHERE segment IN (${list}); DELETE FROM segments WHERE id IN (${list})`);
  })();
}
