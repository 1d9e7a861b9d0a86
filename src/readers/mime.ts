import { TextDecoder } from 'node:util';
import { decodeWords } from 'postal-mime';
import { decode } from './decode.ts';

export interface MimePart {
  /** Decoded value of a header field; the first one if there are several. */
  field(name: string): string | undefined;
  /** Media type in lower case. */
  type: string;
  /** File name, if it has one. */
  name: string | undefined;
  /** True if it is to be saved, not shown. */
  attachment: boolean;
  /** Of a multipart. */
  parts: MimePart[];
  /** Content with the transfer encoding undone. */
  content(): Uint8Array;
  /** Content as text by its charset, or by its bytes if the charset is missing or unknown. */
  text(): string;
}

/** A mail in a mail in a mail … is an attack. */
const MAX_DEPTH = 20;
const MAX_PARTS = 1_000;
const MAX_HEAD = 2 ** 20;

/** Parses a message or part (RFC 2045, 2046, 2231); views of the bytes, decoded when asked for. */
export function parseMime(bytes: Uint8Array, depth = 0): MimePart {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const bodyStart = headEnd(source);
  const fields = readFields(decode(source.subarray(0, Math.min(bodyStart, MAX_HEAD))));
  const body = source.subarray(bodyStart);
  const media = parameters(fields.get('content-type') ?? 'text/plain');
  const disposition = parameters(fields.get('content-disposition') ?? '');
  const content = () => transferDecoded(body, fields.get('content-transfer-encoding'));
  const boundary = media.values.get('boundary');
  const split = media.value.startsWith('multipart/') && boundary && depth < MAX_DEPTH;
  const name = disposition.values.get('filename') ?? media.values.get('name');
  return {
    field: (field) => {
      const value = fields.get(field);
      return value === undefined ? undefined : decodeWords(value).replace(/\s+/g, ' ').trim();
    },
    type: media.value,
    name: name && decodeWords(name),
    attachment: disposition.value === 'attachment',
    parts: split ? multipart(body, boundary).map((part) => parseMime(part, depth + 1)) : [],
    content,
    text: () => charsetText(content(), media.values.get('charset')),
  };
}

/** The position behind the empty line. */
function headEnd(source: Buffer): number {
  if (source[0] === 10) return 1;
  if (source[0] === 13 && source[1] === 10) return 2;
  const short = source.indexOf('\n\n');
  const long = source.indexOf('\n\r\n');
  if (short < 0 && long < 0) return source.length;
  return long < 0 || (short >= 0 && short < long) ? short + 2 : long + 3;
}

function readFields(head: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** `value; a=b; c="d"; e*=utf-8''%41`, continuations `f*0=… f*1=…` joined. */
function parameters(field: string): { value: string; values: Map<string, string> } {
  const values = new Map<string, string>();
  for (const [, rawName, quoted, plain] of field.matchAll(/;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    const [name, ...marks] = rawName!.toLowerCase().split('*');
    let value = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
    if (marks.at(-1) === '') value = percentDecoded(value);
    values.set(name!, marks.length > 0 && /^[1-9]/.test(marks[0]!) ? (values.get(name!) ?? '') + value : value);
  }
  return { value: field.split(';')[0]!.trim().toLowerCase(), values };
}

function percentDecoded(value: string): string {
  const [, charset, rest] = /^([\w-]*)'[^']*'(.*)$/.exec(value) ?? [undefined, 'utf-8', value];
  const bytes = Buffer.from(
    rest!.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  );
  return charsetText(bytes, charset);
}

function multipart(body: Buffer, boundary: string): Buffer[] {
  const mark = Buffer.from(`--${boundary}`);
  const parts: Buffer[] = [];
  let start = -1;
  for (let at = body.indexOf(mark); at >= 0 && parts.length < MAX_PARTS; at = body.indexOf(mark, at + mark.length)) {
    if (at > 0 && body[at - 1] !== 10) continue;
    const end = at > 1 && body[at - 2] === 13 ? at - 2 : Math.max(0, at - 1);
    if (start >= 0 && end >= start) parts.push(body.subarray(start, end));
    const line = body.indexOf(10, at);
    start = line < 0 ? body.length : line + 1;
    if (body[at + mark.length] === 45 && body[at + mark.length + 1] === 45) return parts;
  }
  // The last mark is missing: the message is cut off, its rest is the last part.
  if (start >= 0 && start < body.length) parts.push(body.subarray(start));
  return parts;
}

function transferDecoded(body: Buffer, encoding: string | undefined): Uint8Array {
  const kind = encoding?.toLowerCase().trim();
  if (kind === 'base64') return new Uint8Array(Buffer.from(body.toString('latin1'), 'base64'));
  if (kind !== 'quoted-printable') return body;
  const plain = body
    .toString('latin1')
    .replace(/[ \t]+(?=\r?\n)/g, '')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return new Uint8Array(Buffer.from(plain, 'latin1'));
}

function charsetText(bytes: Uint8Array, charset: string | undefined): string {
  if (charset) {
    try {
      return decode(bytes, { label: new TextDecoder(charset).encoding, mark: 0 });
    } catch {
      // An unknown charset: the bytes decide.
    }
  }
  return decode(bytes);
}
