import { outlineLevel } from './docx-styles.ts';
import { oneLine, rowLine } from './office.ts';
import { attribute, type XmlEvents } from './xml.ts';

export interface Note {
  kind: 'footnote' | 'endnote' | 'comment';
  id: string;
}

export type Block =
  | {
      type: 'paragraph';
      text: string;
      style: string;
      level: number | undefined;
      list: number | undefined;
      notes: Note[];
    }
  | { type: 'table'; rows: string[]; notes: Note[] };

interface Paragraph {
  text: string;
  style: string;
  level: number | undefined;
  list: number | undefined;
  notes: Note[];
}

interface Table {
  rows: string[];
  cells: string[];
  cell: string;
  notes: Note[];
}

/** Deleted and moved-away text, field codes, ruby, and the copy of a drawing for old programs are not the document's text. */
const SKIPPED = new Set([
  'del',
  'moveFrom',
  'instrText',
  'delText',
  'delInstrText',
  'Fallback',
  'rt',
  'pPrChange',
  'rPrChange',
]);

/**
 * Scan events of a WordprocessingML part (body, header, notes) in, blocks out in reading order. A text box follows the
 * paragraph it is anchored in; a table within a table is part of its cell.
 */
export function bodyEvents(
  emit: (block: Block) => void,
  element?: (name: string, attributes: string, open: boolean) => void,
): XmlEvents {
  const paragraphs: Paragraph[] = [];
  const tables: Table[] = [];
  const floating: Block[] = [];
  let skipped = 0;
  let boxes = 0;
  let inText = false;

  const out = (block: Block) => {
    const table = tables.at(-1);
    if (table) {
      table.cell += block.type === 'paragraph' ? `${block.text} ` : `${block.rows.join(' ')} `;
      table.notes.push(...block.notes);
    } else if (boxes > 0) floating.push(block);
    else {
      emit(block);
      for (const box of floating.splice(0)) emit(box);
    }
  };
  const write = (text: string) => {
    const paragraph = paragraphs.at(-1);
    if (paragraph) paragraph.text += text;
  };

  return {
    open(name, attributes) {
      element?.(name, attributes, true);
      if (skipped > 0 || SKIPPED.has(name)) {
        if (SKIPPED.has(name)) skipped++;
        return;
      }
      const paragraph = paragraphs.at(-1);
      switch (name) {
        case 'p':
          paragraphs.push({ text: '', style: '', level: undefined, list: undefined, notes: [] });
          break;
        case 't':
          inText = true;
          break;
        case 'tab':
          // A tab stop of `w:tabs` has a position, a tab in the text has not.
          if (attribute(attributes, 'pos') === undefined) write('\t');
          break;
        case 'br':
        case 'cr':
          write('\n');
          break;
        case 'noBreakHyphen':
          write('-');
          break;
        case 'sym':
          write(symbol(attributes));
          break;
        case 'pStyle':
          if (paragraph) paragraph.style = attribute(attributes, 'val') ?? '';
          break;
        case 'outlineLvl':
          if (paragraph) paragraph.level = outlineLevel(attributes);
          break;
        case 'ilvl':
          if (paragraph) paragraph.list = Number(attribute(attributes, 'val') ?? 0);
          break;
        case 'footnoteReference':
        case 'endnoteReference':
        case 'commentReference': {
          const id = attribute(attributes, 'id');
          const kind = name.slice(0, -'Reference'.length) as Note['kind'];
          if (paragraph && id !== undefined) paragraph.notes.push({ kind, id });
          break;
        }
        case 'txbxContent':
          boxes++;
          break;
        case 'tbl':
          tables.push({ rows: [], cells: [], cell: '', notes: [] });
          break;
        case 'tr':
          if (tables.length > 0) tables.at(-1)!.cells = [];
          break;
        case 'tc':
          if (tables.length > 0) tables.at(-1)!.cell = '';
          break;
      }
    },
    close(name) {
      element?.(name, '', false);
      if (SKIPPED.has(name)) {
        if (skipped > 0) skipped--;
        return;
      }
      if (skipped > 0) return;
      const table = tables.at(-1);
      switch (name) {
        case 't':
          inText = false;
          break;
        case 'p': {
          const paragraph = paragraphs.pop();
          if (paragraph) out({ type: 'paragraph', ...paragraph });
          break;
        }
        case 'txbxContent':
          if (boxes > 0) boxes--;
          break;
        case 'tc':
          table?.cells.push(oneLine(table.cell));
          break;
        case 'tr':
          if (table?.cells.some((cell) => cell !== '')) table.rows.push(rowLine(table.cells));
          break;
        case 'tbl':
          tables.pop();
          if (table && table.rows.length > 0) out({ type: 'table', rows: table.rows, notes: table.notes });
          break;
      }
    },
    text(text) {
      if (inText && skipped === 0) write(text);
    },
  };
}

/** Symbol fonts live in the private area F000–F0FF; without their font only the bullets and ticks mean something. */
function symbol(attributes: string): string {
  const code = Number.parseInt(attribute(attributes, 'char') ?? '', 16);
  if (!(code > 0)) return '';
  return code >= 0xf000 && code <= 0xf0ff ? '•' : String.fromCodePoint(Math.min(code, 0x10ffff));
}
