import { oneLine, rowLine } from './office.ts';
import type { SectionWriter } from './section-writer.ts';
import { attribute, type XmlEvents } from './xml.ts';

/** Deleted text of tracked changes, the drawing of an object beside its text, page numbers of forms. */
const SKIPPED = new Set([
  'tracked-changes',
  'forms',
  'script',
  'scripts',
  'note-citation',
  'title',
  'desc',
  'creator',
  'date',
  'sender-initials',
  'creator-initials',
]);

interface Table {
  rows: string[];
  cells: string[];
  cell: string;
}

/** Scan events of `content.xml` of a text or presentation in, blocks out to the writer. */
export function odfEvents(writer: SectionWriter): XmlEvents {
  const tables: Table[] = [];
  const paragraphs: { text: string; level: number | undefined }[] = [];
  let body = false;
  let skipped = 0;
  let lists = 0;
  let slide = 0;
  let notes = 0;
  let titled = false;
  let titleFrame = false;
  let inline = 0;

  const write = (text: string) => {
    const paragraph = paragraphs.at(-1);
    if (paragraph) paragraph.text += text;
  };
  const finish = (text: string, level: number | undefined) => {
    const table = tables.at(-1);
    // A note or comment stands inside its paragraph, in brackets.
    if (inline > 0 && paragraphs.length > 0) write(`${text} `);
    else if (table) table.cell += `${text} `;
    else if (text.trim() === '') return;
    else if (slide > 0 && titleFrame && !titled) {
      titled = true;
      writer.title(oneLine(text));
      writer.heading(1, oneLine(text));
    } else if (level !== undefined) writer.heading(level, oneLine(text));
    else writer.paragraph(`${notes > 0 ? '[Notes] ' : ''}${lists > 0 && slide === 0 ? '- ' : ''}${text.trim()}`);
  };
  return {
    open(name, attributes) {
      if (name === 'body') body = true;
      if (!body) return;
      if (SKIPPED.has(name)) skipped++;
      if (skipped > 0) return;
      if (name === 'p') paragraphs.push({ text: '', level: undefined });
      else if (name === 'h') paragraphs.push({ text: '', level: Number(attribute(attributes, 'outline-level') ?? 1) });
      else if (name === 's') write(' '.repeat(Math.min(Number(attribute(attributes, 'c') ?? 1), 100)));
      else if (name === 'tab') write('\t');
      else if (name === 'line-break') write('\n');
      else if (name === 'note' || name === 'annotation') {
        inline++;
        write(name === 'note' ? ' [' : ' [Comment: ');
      } else if (name === 'list') lists++;
      else if (name === 'table') tables.push({ rows: [], cells: [], cell: '' });
      else if (name === 'table-row' && tables.length > 0) tables.at(-1)!.cells = [];
      else if (name === 'table-cell' && tables.length > 0) tables.at(-1)!.cell = '';
      else if (name === 'covered-table-cell') tables.at(-1)?.cells.push('');
      else if (name === 'page') {
        slide++;
        titled = false;
        writer.leaveHeadings();
        writer.place({ slide });
      } else if (name === 'notes') notes++;
      else if (name === 'frame') titleFrame = attribute(attributes, 'class') === 'title';
    },
    close(name) {
      if (!body) return;
      if (SKIPPED.has(name)) {
        skipped--;
        return;
      }
      if (skipped > 0) return;
      const table = tables.at(-1);
      if (name === 'p' || name === 'h') {
        const paragraph = paragraphs.pop();
        if (paragraph) finish(paragraph.text, paragraph.level);
      } else if (name === 'note' || name === 'annotation') {
        const paragraph = paragraphs.at(-1);
        if (paragraph) paragraph.text = `${paragraph.text.trimEnd()}] `;
        inline--;
      } else if (name === 'list') lists--;
      else if (name === 'table-cell') table?.cells.push(oneLine(table.cell));
      else if (name === 'table-row') {
        if (table?.cells.some((cell) => cell !== '')) table.rows.push(rowLine(table.cells));
      } else if (name === 'table') {
        tables.pop();
        if (!table || table.rows.length === 0) return;
        if (tables.length > 0) tables.at(-1)!.cell += `${table.rows.join(' ')} `;
        else writer.table(table.rows);
      } else if (name === 'notes') notes--;
      else if (name === 'frame') titleFrame = false;
    },
    text(text) {
      if (body && skipped === 0) write(text.replace(/[\s]+/g, ' '));
    },
  };
}
