import type { Section } from '../types.ts';
import { type Block, bodyEvents, type Note } from './docx-body.ts';
import { headingStyles } from './docx-styles.ts';
import { coreTitle, oneLine, openOffice } from './office.ts';
import { type Relation, relations, scanPart, scanPieces } from './parts.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { sectionWriter } from './section-writer.ts';
import { attribute } from './xml.ts';
import type { Zip } from './zip.ts';

/** Headers, body with its notes and comments where they are referred to, then footers; each header and footer text once. */
export async function* readDocx(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const zip = await openOffice(bytes, options.password);
  const main = relations(zip, '').find((relation) => relation.type === 'officeDocument')?.target ?? 'word/document.xml';
  if (zip.size(main) === undefined) throw new ReadError('corrupt', 'not a Word document: it has no body');
  const parts = relations(zip, main);
  const part = (type: string) => parts.find((relation) => relation.type === type && !relation.external)?.target ?? '';
  const levels = headingStyles(zip, part('styles'));
  const notes = new Map([
    ...readNotes(zip, part('footnotes'), 'footnote'),
    ...readNotes(zip, part('endnotes'), 'endnote'),
    ...readNotes(zip, part('comments'), 'comment'),
  ]);
  const writer = sectionWriter(coreTitle(zip));
  const add = (block: Block) => {
    if (block.type === 'table') writer.table(block.rows);
    else {
      const level = block.level ?? levels.get(block.style);
      const text = block.text.trim();
      if (text === '') return;
      if (level === 0) writer.title(oneLine(text));
      if (level !== undefined && level > 0) writer.heading(level, oneLine(text));
      else writer.paragraph(block.list === undefined ? text : `${'  '.repeat(Math.min(block.list, 8))}- ${text}`);
    }
    for (const note of block.notes) {
      const text = notes.get(noteKey(note));
      if (text) writer.paragraph(text);
    }
  };
  for (const text of marginTexts(zip, parts, 'header')) writer.paragraph(text);
  for await (const _ of scanPieces(zip, main, bodyEvents(add), options.signal)) yield* writer.take();
  writer.leaveHeadings();
  for (const text of marginTexts(zip, parts, 'footer')) writer.paragraph(text);
  yield* writer.finish();
}

const noteKey = (note: Note) => `${note.kind} ${note.id}`;

/** Text of notes and comments by kind and id, each on one line, comments with their author. */
function readNotes(zip: Zip, part: string, kind: Note['kind']): Map<string, string> {
  const found = new Map<string, string>();
  let id = '';
  let author = '';
  let text = '';
  const body = bodyEvents(
    (block) => {
      text += `${block.type === 'table' ? block.rows.join(' ') : block.text} `;
    },
    (name, attributes, open) => {
      if (name !== kind) return;
      if (open) {
        id = attribute(attributes, 'id') ?? '';
        author = attribute(attributes, 'author') ?? '';
        text = '';
      } else if (text.trim() !== '') {
        const label = kind === 'comment' ? `Comment${author ? ` (${author})` : ''}: ` : '';
        found.set(noteKey({ kind, id }), `[${label}${oneLine(text)}]`);
      }
    },
  );
  if (part !== '') scanPart(zip, part, body);
  return found;
}

function marginTexts(zip: Zip, parts: Relation[], type: 'header' | 'footer'): Set<string> {
  const texts = new Set<string>();
  for (const relation of parts) {
    if (relation.type !== type) continue;
    const lines: string[] = [];
    const events = bodyEvents((block) =>
      lines.push(block.type === 'table' ? block.rows.join('\n') : block.text.trim()),
    );
    scanPart(zip, relation.target, events);
    const text = lines.filter(Boolean).join('\n');
    if (text !== '') texts.add(text);
  }
  return texts;
}
