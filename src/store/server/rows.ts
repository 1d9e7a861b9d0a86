import type { Chunk, Document, Locator, Problem } from '../../types.ts';

export interface DocumentRow {
  key: number;
  id: string;
  source: string;
  title: string;
  type: string;
  bytes: number;
  sha256: string;
  mtime: number;
  pages: number | null;
  collection: string;
  tags: Record<string, string>;
  status: string;
  problem: Problem | null;
  chunks: number;
  since: string;
  until: string | null;
  sections: Document['sections'];
}

export interface ChunkRow {
  key: number;
  doc: number;
  position: number;
  start: number;
  end: number;
  context: string;
  locator: Locator;
  text: string;
}

export const LIVE = 'd.since IS NOT NULL AND d.until IS NULL';
/** The ledger's word for an archive that was read: no problem, and no document. */
export const CONTAINER = 'container';

export function toDocument(row: DocumentRow): Document {
  const { id, source, title, type, bytes, sha256, collection, tags, sections } = row;
  return {
    ...{ id, source, title, type, bytes, sha256, mtimeMs: row.mtime },
    ...(row.pages === null ? {} : { pages: row.pages }),
    ...{ collection, tags, ingested: row.since, status: row.status as Document['status'] },
    ...(row.problem === null ? {} : { problem: row.problem }),
    sections,
  };
}

export function toChunk(document: string, row: ChunkRow): Omit<Chunk, 'terms'> {
  const { position, start, end, text, context, locator } = row;
  return { id: `${document}:${position}`, document, position, start, end, text, context, locator };
}

/** `documentId:position` → its parts; of what is no such id, parts that nothing has. */
export function idParts(id: string): [document: string, position: number] {
  const [, document = '', position = -1] = /^(.*):(\d{1,9})$/.exec(id) ?? [];
  return [document, Number(position)];
}
