import type { Section } from '../types.ts';
import { htmlInto } from './html.ts';
import { messages } from './mbox.ts';
import { type MimePart, parseMime } from './mime.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { linePieces, type SectionWriter, sectionWriter } from './section-writer.ts';

/** One message: who, when, what about; the text, or else the page; the names of the attachments. */
export async function* readEml(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const writer = sectionWriter();
  await writeMail(writer, parseMime(bytes), options, '');
  yield* writer.finish();
}

/** A mailbox, message by message; the part says which one, from 1. */
export const readMbox = (bytes: Uint8Array, options: ReadOptions) => readMessages([bytes], options);

/** The same from its bytes piece by piece. */
export async function* readMessages(pieces: Iterable<Uint8Array>, options: ReadOptions): AsyncGenerator<Section> {
  let number = 0;
  for (const message of messages(pieces)) {
    options.signal?.throwIfAborted();
    number++;
    const writer = sectionWriter();
    await writeMail(writer, parseMime(message), options, `${number}/`);
    yield* writer.finish();
  }
}

/** A saved page: the page itself, not what it pulls in. */
export async function* readMhtml(bytes: Uint8Array, _options: ReadOptions): AsyncGenerator<Section> {
  const page = bodies(parseMime(bytes)).find((part) => part.type === 'text/html');
  if (!page) throw new ReadError('empty', 'no page in the web archive');
  const writer = sectionWriter();
  htmlInto(writer, page.text());
  yield* writer.finish();
}

const FIELDS = ['From', 'To', 'Cc', 'Date'];

async function writeMail(writer: SectionWriter, mail: MimePart, options: ReadOptions, prefix: string): Promise<void> {
  const part = (name: string) => writer.place({ part: `${prefix}${name}` });
  const subject = mail.field('subject');
  part('head');
  if (subject) {
    if (prefix === '') writer.title(subject);
    writer.heading(1, subject);
  }
  const lines = FIELDS.flatMap((name) => {
    const value = mail.field(name.toLowerCase());
    return value ? [`${name}: ${value}`] : [];
  });
  if (lines.length > 0) writer.paragraph(lines.join('\n'));
  part('text');
  for (const body of bodies(mail)) {
    if (body.type === 'text/html') htmlInto(writer, body.text());
    else for (const piece of linePieces(body.text().replace(/\r\n?/g, '\n').trim())) writer.paragraph(piece);
  }
  for (const [index, attachment] of attachments(mail).entries()) {
    const name =
      attachment.name ??
      (attachment.type === 'message/rfc822' ? `message-${index + 1}.eml` : `attachment-${index + 1}`);
    const content = attachment.content();
    part(name);
    await options.child?.(prefix + attachmentName(name), content);
    writer.paragraph(`[Attachment: ${name}, ${attachment.type}, ${content.length} bytes]`);
  }
}

/** A name is not a path: it must not lead anywhere. */
export const attachmentName = (name: string) => name.replace(/[/\\]+/g, '_').replace(/^\.+$/, '_');

const isBody = (part: MimePart) => !part.attachment && /^text\/(plain|html)$/.test(part.type);

/** The parts to show: of alternatives the plain one, unless it is empty. */
function bodies(part: MimePart): MimePart[] {
  if (part.parts.length === 0) return isBody(part) ? [part] : [];
  const found = part.parts.map(bodies);
  if (part.type !== 'multipart/alternative') return found.flat();
  const filled = found.filter((parts) => parts.some((one) => one.text().trim() !== ''));
  return filled.find((parts) => parts.every((one) => one.type === 'text/plain')) ?? filled[0] ?? [];
}

/** The parts that are files of their own; pictures of a page's layout are not. */
function attachments(part: MimePart, related = false): MimePart[] {
  if (part.parts.length > 0)
    return part.parts.flatMap((child) => attachments(child, part.type === 'multipart/related'));
  if (isBody(part) || part.type.startsWith('multipart/')) return [];
  return related && !part.attachment && part.type.startsWith('image/') ? [] : [part];
}
