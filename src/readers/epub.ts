import type { Section } from '../types.ts';
import { decode } from './decode.ts';
import { htmlInto } from './html.ts';
import { scanPart } from './parts.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { sectionWriter } from './section-writer.ts';
import { attribute } from './xml.ts';
import { openZip, type Zip } from './zip.ts';

/** Chapters in reading order (the spine), headings as in the pages. */
export async function* readEpub(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const zip = openZip(bytes);
  const book = readPackage(zip);
  const locked = encryptedParts(zip);
  if (book.chapters.some((chapter) => locked.has(chapter)))
    throw new ReadError('encrypted', 'the book is protected (DRM)');
  const writer = sectionWriter(book.title);
  const missing: string[] = [];
  for (const chapter of book.chapters) {
    options.signal?.throwIfAborted();
    const page = zip.bytes(chapter);
    writer.leaveHeadings();
    if (page) htmlInto(writer, decode(page), true);
    else missing.push(chapter);
    yield* writer.take();
  }
  yield* writer.finish();
  if (missing.length > 0)
    options.partial({ code: 'corrupt', reason: `chapters missing in the file: ${missing.join(', ')}` });
}

interface Book {
  title: string | undefined;
  /** Names of the chapters' parts, in reading order. */
  chapters: string[];
}

function readPackage(zip: Zip): Book {
  let root = '';
  scanPart(zip, 'META-INF/container.xml', {
    open(name, attributes) {
      if (name === 'rootfile') root ||= attribute(attributes, 'full-path') ?? '';
    },
  });
  if (zip.size(root) === undefined) throw new ReadError('corrupt', 'not an EPUB: it has no package file');
  const folder = root.slice(0, root.lastIndexOf('/') + 1);
  const items = new Map<string, string>();
  const chapters: string[] = [];
  let title = '';
  let inTitle = false;
  scanPart(zip, root, {
    open(name, attributes) {
      inTitle = name === 'title' && title === '';
      const target = () => join(folder, attribute(attributes, 'href') ?? '');
      if (name === 'item') items.set(attribute(attributes, 'id') ?? '', target());
      else if (name === 'itemref') {
        const part = items.get(attribute(attributes, 'idref') ?? '');
        if (part !== undefined) chapters.push(part);
      }
    },
    close() {
      inTitle = false;
    },
    text(text) {
      if (inTitle) title += text;
    },
  });
  return { title: title.trim() || undefined, chapters };
}

function join(folder: string, target: string): string {
  let name = target;
  try {
    name = decodeURIComponent(target);
  } catch {
    // A stray % is part of the name.
  }
  const parts: string[] = [];
  for (const word of `${folder}${name}`.split('/')) {
    if (word === '..') parts.pop();
    else if (word !== '.' && word !== '') parts.push(word);
  }
  return parts.join('/');
}

/** Fonts are often scrambled, which does not matter; pages are if the book is sold with DRM. */
function encryptedParts(zip: Zip): Set<string> {
  const parts = new Set<string>();
  scanPart(zip, 'META-INF/encryption.xml', {
    open(name, attributes) {
      if (name === 'CipherReference') parts.add(join('', attribute(attributes, 'URI') ?? ''));
    },
  });
  return parts;
}
