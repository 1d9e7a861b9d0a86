export interface PptRecord {
  type: number;
  instance: number;
  /** Records with records in them; others have data. */
  container: boolean;
  /** First byte behind the header. */
  start: number;
  end: number;
}

const HEADER = 8;

/** The records between two offsets ([MS-PPT] 2.3.1); stops at the first that does not fit. */
export function* records(stream: Buffer, from: number, to: number): Generator<PptRecord> {
  const limit = Math.min(to, stream.length);
  for (let at = from; at >= 0 && at + HEADER <= limit; ) {
    const head = stream.readUInt16LE(at);
    const end = at + HEADER + stream.readUInt32LE(at + 4);
    if (end > limit) return;
    yield {
      type: stream.readUInt16LE(at + 2),
      instance: head >> 4,
      container: (head & 15) === 15,
      start: at + HEADER,
      end,
    };
    at = end;
  }
}

/** All records in a record, depth first, in order. */
export function* descend(stream: Buffer, record: { start: number; end: number }, depth = 0): Generator<PptRecord> {
  for (const child of records(stream, record.start, record.end)) {
    yield child;
    if (child.container && depth < 16) yield* descend(stream, child, depth + 1);
  }
}

const USER_EDIT = 4085;
const PERSIST_DIRECTORY = 6002;

/** Offsets of the current version of each object: every save appends an edit that points to the one before. */
export function persistOffsets(
  stream: Buffer,
  currentEdit: number,
): { offsets: Map<number, number>; document: number } {
  const offsets = new Map<number, number>();
  const seen = new Set<number>();
  let document = -1;
  for (let at = currentEdit; at > 0 && !seen.has(at); ) {
    seen.add(at);
    const [edit] = records(stream, at, stream.length);
    if (edit?.type !== USER_EDIT || edit.end - edit.start < 20) break;
    if (document < 0) document = stream.readUInt32LE(edit.start + 16);
    const [directory] = records(stream, stream.readUInt32LE(edit.start + 12), stream.length);
    if (directory?.type === PERSIST_DIRECTORY) readDirectory(stream, directory, offsets);
    at = stream.readUInt32LE(edit.start + 8);
  }
  return { offsets, document };
}

function readDirectory(stream: Buffer, directory: PptRecord, offsets: Map<number, number>): void {
  for (let at = directory.start; at + 4 <= directory.end; ) {
    const head = stream.readUInt32LE(at);
    at += 4;
    const first = head & 0xfffff;
    for (let i = 0; i < head >>> 20 && at + 4 <= directory.end; i++, at += 4) {
      if (!offsets.has(first + i)) offsets.set(first + i, stream.readUInt32LE(at));
    }
  }
}
