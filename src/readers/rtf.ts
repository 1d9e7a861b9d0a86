import type { Section } from '../types.ts';
import { oneLine, rowLine } from './office.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { rtfText } from './rtf-text.ts';
import { rtfTokens } from './rtf-tokens.ts';
import { sectionWriter } from './section-writer.ts';

/** Destinations that are not the document's text. `\*` marks more of them, for readers that do not know them. */
const SKIPPED = new Set(
  'fonttbl colortbl stylesheet pict fldinst themedata colorschememapping listtable listoverridetable revtbl rsidtbl generator datastore latentstyles xmlnstbl object objdata nonshppict shpinst private bkmkstart bkmkend filetbl pntext tc xe fldtype'.split(
    ' ',
  ),
);
const MARGINS = new Set(['header', 'headerl', 'headerr', 'headerf', 'footer', 'footerl', 'footerr', 'footerf']);
/** `\*` destinations whose text counts all the same. */
const STARRED_TEXT = new Set(['shptxt', 'shppict', 'footnote', 'annotation']);
const CHARACTERS: Record<string, string> = {
  tab: '\t',
  line: '\n',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  bullet: '•',
  endash: '–',
  emdash: '—',
  emspace: ' ',
  enspace: ' ',
};

interface Group {
  skipped: boolean;
  /** Bytes to drop after a `\u`. */
  fallback: number;
  font: number;
  hidden: boolean;
  margin: boolean;
  note: boolean;
  title: boolean;
}

/** Paragraphs, headings by outline level, tables, notes in place, headers and footers once. */
export async function* readRtf(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const writer = sectionWriter();
  const text = rtfText(source);
  const margins = new Set<string>();
  const stack: Group[] = [];
  let group: Group = { skipped: false, fallback: 1, font: 0, hidden: false, margin: false, note: false, title: false };
  let starred = false;
  let drop = 0;
  let level: number | undefined;
  let inTable = false;
  let cells: string[] = [];
  let rows: string[] = [];
  let margin = '';
  let count = 0;

  const closeTable = () => {
    if (rows.length > 0) writer.table(rows);
    rows = [];
  };
  const paragraph = () => {
    const value = text.take().trim();
    if (value === '') return;
    closeTable();
    if (level !== undefined) writer.heading(level, oneLine(value));
    else writer.paragraph(value);
  };
  const endParagraph = () => {
    if (group.margin) margin += `${text.take()}\n`;
    else if (inTable || group.note) text.write(' ');
    else paragraph();
  };
  const endRow = () => {
    const rest = oneLine(text.take());
    if (rest !== '') cells.push(rest);
    if (cells.some((cell) => cell !== '')) rows.push(rowLine(cells));
    cells = [];
    inTable = false;
  };
  const control = (word: string, value: number | undefined) => {
    const character = CHARACTERS[word];
    if (word === 'ud' || word === 'upr') return;
    if (SKIPPED.has(word) || (starred && !STARRED_TEXT.has(word))) group.skipped = true;
    starred = false;
    if (group.skipped) return;
    if (character !== undefined) write(character);
    else if (MARGINS.has(word)) Object.assign(group, { margin: true });
    else if (word === 'info') group.hidden = true;
    else if (word === 'title' && group.hidden) Object.assign(group, { hidden: false, title: true });
    else if (word === 'footnote' || word === 'annotation') {
      group.note = true;
      text.write(' [');
    } else if (word === 'par' || word === 'sect' || word === 'page') endParagraph();
    else if (word === 'cell' || word === 'nestcell') {
      cells.push(oneLine(text.take()));
    } else if (word === 'row') endRow();
    else if (word === 'intbl') inTable = true;
    else if (word === 'pard') {
      level = undefined;
      inTable = false;
    } else if (word === 'outlinelevel') level = value !== undefined && value < 9 ? value + 1 : undefined;
    else if (word === 's') level = text.styleLevel(value ?? 0);
    else if (word === 'f') group.font = value ?? 0;
    else if (word === 'v') group.hidden = value !== 0;
    else if (word === 'uc') group.fallback = value ?? 1;
    else if (word === 'u' && value !== undefined) {
      write(String.fromCharCode(value < 0 ? value + 65_536 : value));
      drop = group.fallback;
    }
  };
  const write = (value: string) => {
    if (!group.skipped && !group.hidden) text.write(value);
  };

  for (const token of rtfTokens(source)) {
    if (++count % 50_000 === 0) {
      options.signal?.throwIfAborted();
      yield* writer.take();
    }
    if (token.type === 'open') {
      stack.push(group);
      group = { ...group };
      drop = 0;
    } else if (token.type === 'close') {
      const ended = group;
      group = stack.pop() ?? group;
      starred = false;
      if (ended.note && !group.note) text.write('] ');
      if (ended.title && !group.title) writer.title(oneLine(text.take()));
      if (ended.margin && !group.margin) {
        margin = oneLine(margin + text.take());
        if (margin !== '' && !margins.has(margin)) writer.paragraph(margin);
        margins.add(margin);
        margin = '';
      }
    } else if (token.type === 'star') starred = true;
    else if (token.type === 'word') control(token.word, token.value);
    else if (token.type === 'byte') {
      if (drop > 0) drop--;
      else if (!group.skipped && !group.hidden) text.byte(token.byte, group.font);
    } else if (token.type === 'text') {
      const cut = Math.min(drop, token.text.length);
      drop -= cut;
      write(cut > 0 ? token.text.slice(cut) : token.text);
    }
  }
  paragraph();
  closeTable();
  yield* writer.finish();
  if (stack.length > 0 && count > 0) {
    const problem = { code: 'corrupt', reason: 'the RTF ends in the middle: it is cut off' } as const;
    if (count < 3) throw new ReadError(problem.code, problem.reason);
    options.partial(problem);
  }
}
