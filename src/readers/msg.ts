import type { Section } from '../types.ts';
import { htmlInto } from './html.ts';
import { attachmentName } from './mail.ts';
import { openParts } from './ole.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { linePieces, type SectionWriter, sectionWriter } from './section-writer.ts';

/** Properties of [MS-OXPROPS] by their tag. */
const TAG = {
  subject: '0037',
  senderName: '0C1A',
  senderAddress: '0C1F',
  senderSmtp: '5D01',
  to: '0E04',
  cc: '0E03',
  body: '1000',
  html: '1013',
  rtf: '1009',
  longName: '3707',
  shortName: '3704',
  displayName: '3001',
  data: '3701',
};
const PROPERTIES = '__properties_version1.0';
const SENT = 0x0039;
const DELIVERED = 0x0e06;
const CODE_PAGE = 0x3ffd;
const HTML_CODE_PAGE = 0x3fde;
const MAX_NESTED = 3;

/** An Outlook message: head, text or else page, the names of the attachments. One that is attached follows in place. */
export async function* readMsg(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const parts = openParts(bytes);
  if (!parts.has(PROPERTIES)) throw new ReadError('corrupt', 'not an Outlook message: it has no properties');
  const writer = sectionWriter();
  await writeMessage(writer, parts, '', options, 0);
  yield* writer.finish();
}

async function writeMessage(
  writer: SectionWriter,
  parts: Map<string, Buffer>,
  folder: string,
  options: ReadOptions,
  depth: number,
): Promise<void> {
  const numbers = numberProperties(parts.get(folder + PROPERTIES), folder === '' ? 32 : 24);
  const encoding = encodingOf(numbers.get(CODE_PAGE)?.readUInt32LE(0));
  const text = (tag: string, at = folder) => textProperty(parts, at, tag, encoding);
  const subject = text(TAG.subject);
  writer.place({ part: 'head' });
  if (subject) {
    writer.title(subject);
    writer.heading(1 + depth, subject);
  }
  const address = text(TAG.senderSmtp) ?? text(TAG.senderAddress);
  const name = text(TAG.senderName);
  const sender = address?.includes('@') && address !== name ? `${name ?? ''} <${address}>`.trim() : (name ?? address);
  const sent = numbers.get(SENT) ?? numbers.get(DELIVERED);
  const head = { From: sender, To: text(TAG.to), Cc: text(TAG.cc), Date: sent && fileTime(sent.readBigUInt64LE(0)) };
  const lines = Object.entries(head).flatMap(([field, value]) => (value ? [`${field}: ${value}`] : []));
  if (lines.length > 0) writer.paragraph(lines.join('\n'));
  writer.place({ part: 'text' });
  const body = text(TAG.body)?.replace(/\r\n?/g, '\n').trim();
  const html = parts.get(`${folder}__substg1.0_${TAG.html}0102`);
  if (body) for (const piece of linePieces(body)) writer.paragraph(piece);
  else if (html) htmlInto(writer, decode(html, encodingOf(numbers.get(HTML_CODE_PAGE)?.readUInt32LE(0))));
  else if (parts.has(`${folder}__substg1.0_${TAG.rtf}0102`))
    options.partial({ code: 'unsupported', reason: 'the text of the message is in compressed RTF only' });
  const storages = new Set(
    [...parts.keys()].flatMap((path) => {
      const found = path.startsWith(folder) && /^__attach_version1\.0_#[0-9A-F]{8}\//i.exec(path.slice(folder.length));
      return found ? [folder + found[0]] : [];
    }),
  );
  for (const [i, storage] of [...storages].sort().entries()) {
    const named = text(TAG.longName, storage) ?? text(TAG.shortName, storage) ?? text(TAG.displayName, storage);
    const file = attachmentName(named ?? `attachment-${i + 1}`);
    const data = parts.get(`${storage}__substg1.0_${TAG.data}0102`);
    writer.place({ part: file });
    if (data) {
      await options.child?.(file, data);
      writer.paragraph(`[Attachment: ${file}, ${data.length} bytes]`);
    } else if (parts.has(`${storage}__substg1.0_${TAG.data}000D/${PROPERTIES}`)) {
      writer.paragraph(`[Attached message: ${file}]`);
      if (depth < MAX_NESTED)
        await writeMessage(writer, parts, `${storage}__substg1.0_${TAG.data}000D/`, options, depth + 1);
    }
  }
}

/** UTF-16 (001F), or bytes in the message's code page (001E). */
function textProperty(parts: Map<string, Buffer>, folder: string, tag: string, encoding: string): string | undefined {
  const wide = parts.get(`${folder}__substg1.0_${tag}001F`);
  const narrow = parts.get(`${folder}__substg1.0_${tag}001E`);
  const value = wide ? wide.toString('utf16le') : narrow && decode(narrow, encoding);
  return value?.replace(/\0+$/, '').trim() || undefined;
}

const decode = (bytes: Buffer, encoding: string) => new TextDecoder(encoding).decode(bytes);

/** Windows code page → label of the Encoding Standard. */
function encodingOf(codePage: number | undefined): string {
  const named: Record<number, string> = {
    65001: 'utf-8',
    936: 'gbk',
    54936: 'gb18030',
    950: 'big5',
    932: 'shift_jis',
    949: 'euc-kr',
  };
  if (codePage === undefined) return 'windows-1252';
  const label = named[codePage] ?? `windows-${codePage}`;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return 'windows-1252';
  }
}

/** Values of fixed size by property id: 16-byte entries of tag, flags and value after the stream's head. */
function numberProperties(stream: Buffer | undefined, head: number): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = head; stream && at + 16 <= stream.length; at += 16)
    found.set(stream.readUInt16LE(at + 2), stream.subarray(at + 8, at + 16));
  return found;
}

/** 100-nanosecond steps since 1601, as UTC. */
function fileTime(value: bigint): string | undefined {
  const date = new Date(Number(value / 10_000n) - 11_644_473_600_000);
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1970
    ? undefined
    : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
