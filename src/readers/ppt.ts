import type { Section } from '../types.ts';
import { oneLine } from './office.ts';
import { openOle } from './ole.ts';
import { descend, type PptRecord, persistOffsets, records } from './ppt-records.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { sectionWriter } from './section-writer.ts';

const TYPE = {
  slideListWithText: 4080,
  slidePersist: 1011,
  textHeader: 3999,
  textChars: 4000,
  textBytes: 4008,
  outlineRef: 3998,
  slideInfo: 1017,
  notesAtom: 1009,
} as const;
const ENCRYPTED = 0xf3d1c4df;
/** Kinds of text: title and centred title. */
const TITLES = new Set([0, 6]);

interface Text {
  kind: number;
  text: string;
}

interface Slide {
  persist: number;
  id: number;
  outline: Text[];
}

/** PowerPoint 97–2003: slides in order, title as heading, text boxes, notes; hidden slides marked. */
export async function* readPpt(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const ole = openOle(bytes);
  const stream = ole.stream('PowerPoint Document');
  const user = ole.stream('Current User');
  if (!stream) throw new ReadError('corrupt', 'not a presentation: it has no slides stream');
  if (user && user.length >= 20 && user.readUInt32LE(12) === ENCRYPTED)
    throw new ReadError('encrypted', 'the presentation is protected by a password');
  const edit = user && user.length >= 20 ? user.readUInt32LE(16) : 0;
  const { offsets, document } = persistOffsets(stream, edit);
  const writer = sectionWriter();
  const root = at(stream, offsets.get(document));
  const slides = root ? slideList(stream, root, 0) : [];
  const notes = root ? notesBySlide(stream, offsets, slideList(stream, root, 2)) : new Map<number, string>();
  for (const [index, slide] of slides.entries()) {
    options.signal?.throwIfAborted();
    writer.leaveHeadings();
    writer.place({ slide: index + 1 });
    const record = at(stream, offsets.get(slide.persist));
    const texts = record ? slideTexts(stream, record, slide.outline) : slide.outline;
    const title = texts.find((text) => TITLES.has(text.kind) && text.text.trim() !== '');
    if (title) {
      writer.title(oneLine(title.text));
      writer.heading(1, oneLine(title.text));
    }
    if (record && isHidden(stream, record)) writer.paragraph('[hidden slide]');
    for (const text of texts) if (text !== title && text.text.trim() !== '') writer.paragraph(text.text.trim());
    const note = notes.get(slide.id);
    if (note) writer.paragraph(`[Notes] ${note}`);
    yield* writer.take();
  }
  if (slides.length === 0) {
    const texts = ownTexts(stream, { start: 0, end: stream.length });
    if (texts.length > 0)
      options.partial({ code: 'corrupt', reason: 'the list of slides is damaged: text without slide numbers' });
    for (const text of texts) if (text.text.trim() !== '') writer.paragraph(text.text.trim());
  }
  yield* writer.finish();
}

function at(stream: Buffer, offset: number | undefined): PptRecord | undefined {
  return offset === undefined ? undefined : records(stream, offset, stream.length).next().value || undefined;
}

/** Entries of a slide list: 0 slides, 2 notes pages, with the text of their placeholders. */
function slideList(stream: Buffer, document: PptRecord, instance: number): Slide[] {
  const slides: Slide[] = [];
  for (const list of descend(stream, document)) {
    if (list.type !== TYPE.slideListWithText || list.instance !== instance) continue;
    let kind = 4;
    for (const record of records(stream, list.start, list.end)) {
      if (record.type === TYPE.slidePersist && record.end - record.start >= 16) {
        slides.push({
          persist: stream.readUInt32LE(record.start),
          id: stream.readUInt32LE(record.start + 12),
          outline: [],
        });
      } else if (record.type === TYPE.textHeader) {
        kind = stream.readUInt32LE(record.start);
        slides.at(-1)?.outline.push({ kind, text: '' });
      } else {
        const text = atomText(stream, record);
        const last = slides.at(-1)?.outline.at(-1);
        if (text !== undefined && last) last.text += text;
      }
    }
  }
  return slides;
}

/** Text of the shapes in their order; a placeholder refers to the text in the slide list. */
function slideTexts(stream: Buffer, slide: PptRecord, outline: Text[]): Text[] {
  const texts: Text[] = [];
  const used = new Set<number>();
  let kind = 4;
  for (const record of descend(stream, slide)) {
    if (record.type === TYPE.textHeader) kind = stream.readUInt32LE(record.start);
    else if (record.type === TYPE.outlineRef) {
      const index = stream.readUInt32LE(record.start);
      if (outline[index] && !used.has(index)) texts.push(outline[index]);
      used.add(index);
    } else {
      const text = atomText(stream, record);
      if (text !== undefined) texts.push({ kind, text });
    }
  }
  return [...texts, ...outline.filter((_, index) => !used.has(index))];
}

function ownTexts(stream: Buffer, record: { start: number; end: number }): Text[] {
  const texts: Text[] = [];
  for (const child of descend(stream, record)) {
    const text = atomText(stream, child);
    if (text !== undefined) texts.push({ kind: 4, text });
  }
  return texts;
}

/** `*` is how a field (slide number, date) shows when it stands alone. */
function atomText(stream: Buffer, record: PptRecord): string | undefined {
  const data = stream.subarray(record.start, record.end);
  const raw =
    record.type === TYPE.textChars
      ? data.toString('utf16le')
      : record.type === TYPE.textBytes
        ? data.toString('latin1')
        : undefined;
  const text = raw?.replace(/[\r\x0b]/g, '\n').replace(/[\0-\x08\x0c-\x1f]/g, '');
  return text === '*' ? undefined : text;
}

function notesBySlide(stream: Buffer, offsets: Map<number, number>, list: Slide[]): Map<number, string> {
  const notes = new Map<number, string>();
  for (const page of list) {
    const record = at(stream, offsets.get(page.persist));
    if (!record) continue;
    const [atom] = [...records(stream, record.start, record.end)].filter((child) => child.type === TYPE.notesAtom);
    const text = slideTexts(stream, record, page.outline)
      .map((entry) => entry.text.trim())
      .filter(Boolean)
      .join('\n');
    if (atom && text !== '') notes.set(stream.readUInt32LE(atom.start), text);
  }
  return notes;
}

function isHidden(stream: Buffer, slide: PptRecord): boolean {
  for (const record of records(stream, slide.start, slide.end))
    if (record.type === TYPE.slideInfo && record.end - record.start >= 12)
      return (stream[record.start + 10]! & 4) !== 0;
  return false;
}
