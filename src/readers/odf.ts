import type { Section } from '../types.ts';
import { odfEvents } from './odf-events.ts';
import { coreTitleOf } from './office.ts';
import { scanPart, scanPieces } from './parts.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { rowBlocks } from './row-blocks.ts';
import { sectionWriter } from './section-writer.ts';
import { attribute } from './xml.ts';
import { openZip, type Zip } from './zip.ts';

/** OpenDocument text and presentations: headings, tables, notes and comments in place; slides by number with their notes. */
export async function* readOdt(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const zip = openDocument(bytes);
  const writer = sectionWriter(coreTitleOf(zip, 'meta.xml'));
  for (const text of marginTexts(zip)) writer.paragraph(text);
  const events = odfEvents(writer);
  for await (const _ of scanPieces(zip, 'content.xml', events, options.signal)) yield* writer.take();
  yield* writer.finish();
}

/** OpenDocument spreadsheets: rows as their cells show them, in blocks with their range. */
export async function* readOds(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const zip = openDocument(bytes);
  let title = coreTitleOf(zip, 'meta.xml');
  const done: Section[] = [];
  const hidden = hiddenStyles(zip);
  const { odsEvents } = await import('./ods-events.ts');
  const events = odsEvents(hidden, (sheet) => {
    const blocks = rowBlocks(sheet.name);
    if (sheet.hidden) done.push({ locator: { sheet: sheet.name }, text: '[hidden sheet]\n' });
    return {
      row: (row) => {
        blocks.add(row);
        done.push(...blocks.take());
      },
      end: (notes) => {
        done.push(...blocks.finish());
        if (notes.length > 0) done.push({ locator: { sheet: sheet.name }, text: `${notes.join('\n')}\n\n` });
      },
    };
  });
  for await (const _ of scanPieces(zip, 'content.xml', events, options.signal)) {
    for (const section of done.splice(0)) {
      yield title === undefined ? section : { ...section, title };
      title = undefined;
    }
  }
}

function openDocument(bytes: Uint8Array): Zip {
  const zip = openZip(bytes);
  scanPart(zip, 'META-INF/manifest.xml', {
    open(name) {
      if (name === 'encryption-data') throw new ReadError('encrypted', 'the document is protected by a password');
    },
  });
  if (zip.size('content.xml') === undefined)
    throw new ReadError('corrupt', 'not an OpenDocument file: it has no content');
  return zip;
}

/** Headers and footers of the page styles, each text once. */
function marginTexts(zip: Zip): Set<string> {
  const texts = new Set<string>();
  let depth = 0;
  let text = '';
  scanPart(zip, 'styles.xml', {
    open(name) {
      if (/^(header|footer)(-left|-first)?$/.test(name)) depth++;
    },
    close(name) {
      if (!/^(header|footer)(-left|-first)?$/.test(name)) return;
      depth--;
      if (text.trim() !== '') texts.add(text.replace(/\s+/g, ' ').trim());
      text = '';
    },
    text(piece) {
      if (depth > 0) text += piece;
    },
  });
  return texts;
}

/** Names of the styles that hide a sheet. */
function hiddenStyles(zip: Zip): Set<string> {
  const hidden = new Set<string>();
  let style = '';
  scanPart(zip, 'content.xml', {
    open(name, attributes) {
      if (name === 'style') style = attribute(attributes, 'name') ?? '';
      else if (name === 'table-properties' && attribute(attributes, 'display') === 'false') hidden.add(style);
    },
  });
  return hidden;
}
