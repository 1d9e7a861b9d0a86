import type { Section } from '../types.ts';
import { coreTitle, openOffice } from './office.ts';
import { type Relation, relations, scanPart } from './parts.ts';
import { slideShapes } from './pptx-shapes.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { sectionWriter } from './section-writer.ts';
import { attribute } from './xml.ts';
import type { Zip } from './zip.ts';

/** Slides in show order: title as heading, text, tables, charts and diagrams, comments, notes. Hidden slides say so. */
export async function* readPptx(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const zip = await openOffice(bytes, options.password);
  const main =
    relations(zip, '').find((relation) => relation.type === 'officeDocument')?.target ?? 'ppt/presentation.xml';
  if (zip.size(main) === undefined) throw new ReadError('corrupt', 'not a presentation: it has no slide list');
  const writer = sectionWriter(coreTitle(zip));
  const missing: number[] = [];
  for (const [index, slide] of slideParts(zip, main).entries()) {
    options.signal?.throwIfAborted();
    writer.leaveHeadings();
    writer.place({ slide: index + 1 });
    if (slide === undefined || zip.size(slide) === undefined) missing.push(index + 1);
    else writeSlide(zip, slide, writer);
    yield* writer.take();
  }
  if (missing.length > 0)
    options.partial({ code: 'corrupt', reason: `slides missing in the file: ${missing.join(', ')}` });
  yield* writer.finish();
}

function slideParts(zip: Zip, main: string): (string | undefined)[] {
  const targets = new Map(relations(zip, main).map((relation) => [relation.id, relation.target]));
  const slides: (string | undefined)[] = [];
  scanPart(zip, main, {
    open(name, attributes) {
      if (name === 'sldId') slides.push(targets.get(relationId(attributes)));
    },
  });
  return slides;
}

/** `r:id` beside the plain `id` of the same element. */
function relationId(attributes: string): string {
  return /:id\s*=\s*["']([^"']*)/.exec(attributes)?.[1] ?? attribute(attributes, 'id') ?? '';
}

function writeSlide(zip: Zip, part: string, writer: ReturnType<typeof sectionWriter>): void {
  const related = relations(zip, part);
  const slide = slideShapes(zip, part);
  if (slide.title) {
    writer.title(slide.title);
    writer.heading(1, slide.title);
  }
  if (slide.hidden) writer.paragraph('[hidden slide]');
  for (const block of slide.blocks) {
    if (block.rows) writer.table(block.rows);
    else writer.paragraph(block.text);
  }
  for (const text of graphicTexts(zip, related)) writer.paragraph(text);
  for (const comment of commentTexts(zip, related)) writer.paragraph(`[Comment: ${comment}]`);
  for (const relation of related) {
    if (relation.type !== 'notesSlide') continue;
    const notes = slideShapes(zip, relation.target);
    const text = [notes.title, ...notes.blocks.map((block) => block.text)].filter(Boolean).join('\n');
    if (text !== '') writer.paragraph(`[Notes] ${text}`);
  }
}

/** Charts carry titles as text runs and labels as cached values; diagrams carry text runs. */
function graphicTexts(zip: Zip, related: Relation[]): string[] {
  return related
    .filter((relation) => /^(chart|chartEx|diagramData)$/.test(relation.type) && !relation.external)
    .map((relation) => chartText(zip, relation.target))
    .filter((text) => text !== '');
}

export function chartText(zip: Zip, part: string): string {
  const lines: string[] = [];
  let line = '';
  let keep = false;
  scanPart(zip, part, {
    open(name) {
      keep = name === 't' || name === 'v';
    },
    close(name) {
      keep = false;
      if (name === 'pt' || name === 'p') {
        if (line.trim() !== '') lines.push(line.trim());
        line = '';
      }
    },
    text(text) {
      if (keep) line += text;
    },
  });
  return lines.join('\n');
}

function commentTexts(zip: Zip, related: Relation[]): string[] {
  const texts: string[] = [];
  for (const relation of related) {
    if (relation.type !== 'comments') continue;
    let keep = false;
    let text = '';
    scanPart(zip, relation.target, {
      open(name) {
        keep = name === 'text' || name === 't';
      },
      close(name) {
        keep = false;
        if (name === 'cm' && text.trim() !== '') texts.push(text.trim());
        if (name === 'cm') text = '';
      },
      text(piece) {
        if (keep) text += piece;
      },
    });
  }
  return texts;
}
