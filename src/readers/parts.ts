import { TextDecoder } from 'node:util';
import { attribute, type XmlEvents, xmlScanner } from './xml.ts';
import type { Zip } from './zip.ts';

const PIECE = 2 ** 18;

/** XML parts are UTF-8, or UTF-16 with a byte-order mark. */
export function partDecoder(first: Uint8Array): TextDecoder {
  if (first[0] === 0xff && first[1] === 0xfe) return new TextDecoder('utf-16le');
  if (first[0] === 0xfe && first[1] === 0xff) return new TextDecoder('utf-16be');
  return new TextDecoder('utf-8');
}

/** Scans a small part at once. Does nothing if there is no such part. */
export function scanPart(zip: Zip, name: string, events: Partial<XmlEvents>): void {
  const bytes = zip.bytes(name);
  if (!bytes) return;
  const scanner = xmlScanner({ open() {}, close() {}, text() {}, ...events });
  scanner.push(partDecoder(bytes).decode(bytes));
  scanner.end();
}

/** A part of any size in pieces of at most 256 KB; large parts come as one if they are stored, not packed. */
export async function* partPieces(zip: Zip, name: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of zip.stream(name)) {
    signal?.throwIfAborted();
    for (let at = 0; at < piece.length; at += PIECE) yield piece.subarray(at, at + PIECE);
  }
}

/** Scans a part of any size; control returns to the caller after each piece, so it can hand on what was collected. */
export async function* scanPieces(
  zip: Zip,
  name: string,
  events: XmlEvents,
  signal?: AbortSignal,
): AsyncGenerator<void> {
  const scanner = xmlScanner(events);
  let decoder: TextDecoder | undefined;
  for await (const piece of partPieces(zip, name, signal)) {
    decoder ??= partDecoder(piece);
    scanner.push(decoder.decode(piece, { stream: true }));
    yield;
  }
  scanner.end();
  yield;
}

export interface Relation {
  id: string;
  /** The last word of the type's URI: `slide`, `notesSlide`, `footnotes`, … equal in strict and transitional files. */
  type: string;
  /** Name of the part in the container; the address itself if it lies outside. */
  target: string;
  external: boolean;
}

/** The relations of a part, read from `_rels/NAME.rels` beside it. The empty name is the package itself. */
export function relations(zip: Zip, part: string): Relation[] {
  const slash = part.lastIndexOf('/') + 1;
  const folder = part.slice(0, slash);
  const found: Relation[] = [];
  scanPart(zip, `${folder}_rels/${part.slice(slash)}.rels`, {
    open(name, attributes) {
      if (name !== 'Relationship') return;
      const target = attribute(attributes, 'Target') ?? '';
      const external = attribute(attributes, 'TargetMode') === 'External';
      found.push({
        id: attribute(attributes, 'Id') ?? '',
        type: (attribute(attributes, 'Type') ?? '').split('/').pop() ?? '',
        target: external ? target : resolvePart(folder, target),
        external,
      });
    },
  });
  return found;
}

function resolvePart(folder: string, target: string): string {
  if (target.startsWith('/')) return target.slice(1);
  const parts = folder.split('/').filter(Boolean);
  for (const word of target.split('/')) {
    if (word === '..') parts.pop();
    else if (word !== '.' && word !== '') parts.push(word);
  }
  return parts.join('/');
}
