import PostalMime, { type Address, type Email } from 'postal-mime';
import type { Section } from '../types.ts';
import { htmlInto } from './html.ts';
import { messages } from './mbox.ts';
import type { ReadOptions } from './reader.ts';
import { linePieces, type SectionWriter, sectionWriter } from './section-writer.ts';

/** One message: who, when, what about; the text, or else the page; the names of the attachments. */
export async function* readEml(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const mail = await parse(bytes);
  const writer = sectionWriter(mail.subject);
  writeMail(writer, mail, options, '');
  yield* writer.finish();
}

/** A mailbox, message by message; the part says which one, from 1. */
export async function* readMbox(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  let number = 0;
  const broken: number[] = [];
  for (const message of messages(bytes)) {
    options.signal?.throwIfAborted();
    number++;
    const writer = sectionWriter();
    try {
      writeMail(writer, await parse(message), options, String(number));
    } catch {
      broken.push(number);
    }
    yield* writer.finish();
  }
  if (broken.length > 0)
    options.partial({ code: 'corrupt', reason: `messages that cannot be parsed: ${broken.slice(0, 20).join(', ')}` });
}

/** Nesting is bounded: a mail in a mail in a mail … is an attack. */
const parse = (bytes: Uint8Array) =>
  PostalMime.parse(bytes, { maxNestingDepth: 50, maxHeadersSize: 2 ** 21, forceRfc822Attachments: true });

function writeMail(writer: SectionWriter, mail: Email, options: ReadOptions, number: string): void {
  const part = (name: string) => writer.place({ part: number === '' ? name : `${number}/${name}` });
  part('head');
  if (mail.subject) writer.heading(1, mail.subject.replace(/\s+/g, ' ').trim());
  const fields: [string, string | undefined][] = [
    ['From', people(mail.from && [mail.from])],
    ['To', people(mail.to)],
    ['Cc', people(mail.cc)],
    ['Date', mail.date],
  ];
  const lines = fields.flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  if (lines.length > 0) writer.paragraph(lines.join('\n'));
  part('text');
  if (mail.text?.trim())
    for (const piece of linePieces(mail.text.replace(/\r\n?/g, '\n').trim())) writer.paragraph(piece);
  else if (mail.html) htmlInto(writer, mail.html);
  for (const [index, attachment] of mail.attachments.entries()) {
    if (attachment.related && /^image\//.test(attachment.mimeType)) continue;
    const name = attachment.filename ?? `attachment-${index + 1}`;
    const content = new Uint8Array(attachment.content as ArrayBuffer);
    part(name);
    options.child?.(name, content);
    writer.paragraph(`[Attachment: ${name}, ${attachment.mimeType}, ${content.length} bytes]`);
  }
}

function people(list: Address[] | undefined): string | undefined {
  const names = list?.flatMap((entry): string[] => {
    if (entry.group) return [`${entry.name}: ${people(entry.group) ?? ''}`];
    return [entry.name ? `${entry.name} <${entry.address ?? ''}>` : (entry.address ?? '')];
  });
  return names?.filter(Boolean).join(', ') || undefined;
}
