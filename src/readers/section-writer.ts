import type { Locator, Section } from '../types.ts';

const CAP = 65_536;

export interface SectionWriter {
  /** The document's title, if none is known yet. */
  title(text: string): void;
  /** Starts a section; the heading is its first line. Levels count from 1. */
  heading(level: number, text: string): void;
  /** What follows stands under no heading. */
  leaveHeadings(): void;
  /** What follows carries these fields in its locator. */
  place(locator: Locator): void;
  paragraph(text: string): void;
  code(text: string): void;
  /** The first row is the header, unless another is given. */
  table(rows: readonly string[], header?: string): void;
  /** Complete sections so far. */
  take(): Section[];
  /** The rest. */
  finish(): Section[];
}

/** Gathers the blocks of a structured document into sections under their heading paths; a paragraph ends with an empty line. */
export function sectionWriter(title?: string): SectionWriter {
  const done: Section[] = [];
  const path: { level: number; text: string }[] = [];
  let known = title;
  let place: Locator = {};
  let text = '';
  const push = (section: Omit<Section, 'locator'>) => {
    const heading = path.length > 0 ? { heading: path.map((entry) => entry.text) } : {};
    done.push({ locator: { ...place, ...heading }, ...section, ...(known ? { title: known } : {}) });
    known = undefined;
  };
  const flush = () => {
    if (text !== '') push({ text });
    text = '';
  };
  const add = (paragraph: string) => {
    if (text.length + paragraph.length > CAP) flush();
    for (let at = 0; at < paragraph.length; at += CAP) text += paragraph.slice(at, at + CAP);
    text += '\n\n';
  };
  let titled = title !== undefined;
  return {
    title(value) {
      if (!titled) known = value;
      titled = true;
    },
    heading(level, value) {
      flush();
      while (path.length > 0 && path.at(-1)!.level >= level) path.pop();
      path.push({ level, text: value.slice(0, 300) });
      add(value);
    },
    leaveHeadings() {
      flush();
      path.length = 0;
    },
    place(locator) {
      flush();
      place = locator;
    },
    paragraph: add,
    code(value) {
      flush();
      for (const piece of linePieces(`${value}\n\n`)) push({ text: piece, kind: 'code' });
    },
    table(rows, header) {
      if (rows.length === 0) return;
      flush();
      const first = header ?? rows[0]!;
      for (const piece of linePieces(`${rows.join('\n')}\n\n`)) push({ text: piece, kind: 'table', header: first });
    },
    take: () => done.splice(0),
    finish() {
      flush();
      return done.splice(0);
    },
  };
}

/** Cuts at line ends, at most 64 KB a piece; only a longer line is cut in the middle. */
export function* linePieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + CAP);
    if (end < text.length) {
      const line = text.lastIndexOf('\n', end - 1);
      if (line >= at) end = line + 1;
      else if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
    }
    yield text.slice(at, end);
    at = end;
  }
}
