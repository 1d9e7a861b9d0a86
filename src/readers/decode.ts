import { TextDecoder } from 'node:util';
import { detectLegacy } from './charset.ts';

/** Label of the WHATWG encoding standard, and the length of the byte-order mark. */
export interface Encoding {
  label: string;
  mark: number;
}

/** What of a large file decides; enough for the rarest characters to show. */
const SAMPLE = 2 ** 18;
const PIECE = 2 ** 18;

/** Asked twice for most files: to tell the type, and to read it. */
const detected = new WeakMap<Uint8Array, Encoding>();

/** Finds the encoding by byte-order mark, then declaration in the text (`charset=…`, `encoding="…"`), then content. */
export function detectEncoding(bytes: Uint8Array): Encoding {
  const known = detected.get(bytes);
  if (known !== undefined) return known;
  const encoding = encodingOf(bytes);
  detected.set(bytes, encoding);
  return encoding;
}

function encodingOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { label: 'utf-8', mark: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { label: 'utf-16le', mark: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { label: 'utf-16be', mark: 2 };
  const sample = bytes.subarray(0, SAMPLE);
  if (isIso2022Jp(sample)) return { label: 'iso-2022-jp', mark: 0 };
  const wide = wideLabel(sample);
  if (wide) return { label: wide, mark: 0 };
  if (isUtf8(bytes)) return { label: 'utf-8', mark: 0 };
  return { label: declared(sample) ?? detectLegacy(sample), mark: 0 };
}

/** The whole text, byte-order mark removed, line ends kept. */
export function decode(bytes: Uint8Array, encoding = detectEncoding(bytes)): string {
  return finish(new TextDecoder(encoding.label, { ignoreBOM: true }).decode(bytes.subarray(encoding.mark)), encoding);
}

/** 80–9F of windows-1252. Node's decoder takes it for ISO 8859-1 and makes control characters of them (nodejs/node#56542). */
const C1 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function finish(text: string, encoding: Encoding): string {
  if (encoding.label !== 'windows-1252') return text;
  return text.replace(/[\x80-\x9f]/g, (character) => C1[character.charCodeAt(0) - 0x80]!);
}

/** The same text in pieces; no character is cut, not even one outside the BMP. */
export function* decodePieces(bytes: Uint8Array, encoding = detectEncoding(bytes)): Generator<string> {
  const decoder = new TextDecoder(encoding.label, { ignoreBOM: true });
  for (let at = encoding.mark; at < bytes.length; at += PIECE) {
    const piece = decoder.decode(bytes.subarray(at, at + PIECE), { stream: true });
    if (piece !== '') yield finish(piece, encoding);
  }
  const rest = decoder.decode();
  if (rest !== '') yield finish(rest, encoding);
}

/** Seven-bit Japanese: an escape to JIS X 0208 or 0201, and no byte above 7F. */
function isIso2022Jp(sample: Uint8Array): boolean {
  const start = sample.indexOf(0x1b);
  if (start < 0 || sample.some((byte) => byte >= 0x80)) return false;
  return /\x1b(?:\$[@B]|\(J)/.test(Buffer.from(sample.buffer, sample.byteOffset, sample.length).toString('latin1'));
}

/** UTF-16 without a mark: zero bytes on one side only, as Latin has, or a text of mostly common Han. */
function wideLabel(sample: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const length = sample.length & ~1;
  // Without a zero it is no such text; the search for one is native.
  if (length < 4 || sample.length % 2 === 1 || !sample.includes(0)) return undefined;
  const zeros = [0, 0];
  const plausible = [0, 0];
  for (let at = 0; at < length; at++) if (sample[at] === 0) zeros[at & 1]!++;
  for (let at = 0; at < length; at += 2) {
    if (isPlausible(sample[at]!, sample[at + 1]!)) plausible[0]!++;
    if (isPlausible(sample[at + 1]!, sample[at]!)) plausible[1]!++;
  }
  const units = length / 2;
  // A zero pair is a NUL character: no text has those.
  if (Math.min(zeros[0]!, zeros[1]!) > units * 0.02) return undefined;
  const label = zeros[1]! >= zeros[0]! ? 0 : 1;
  return plausible[label]! > units * 0.9 ? (label === 0 ? 'utf-16le' : 'utf-16be') : undefined;
}

/** ASCII, Latin, punctuation, kana, Han, Hangul or full-width forms. */
function isPlausible(low: number, high: number): boolean {
  if (high === 0) return low >= 32 || low === 9 || low === 10 || low === 13;
  return (
    high <= 0x06 ||
    high === 0x20 ||
    high === 0x30 ||
    (high >= 0x4e && high <= 0x9f) ||
    (high >= 0xac && high <= 0xd7) ||
    high === 0xff
  );
}

function isUtf8(bytes: Uint8Array): boolean {
  // Node's check is native and needs no copy; a character cut by the end of a file is still UTF-8.
  for (let cut = 0; cut < 4 && cut <= bytes.length; cut++) {
    if (cut > 0 && bytes[bytes.length - cut]! < 0x80) return false;
    if (validUtf8(bytes.subarray(0, bytes.length - cut))) return true;
  }
  return false;
}

function validUtf8(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = 0; at < bytes.length; at += PIECE) decoder.decode(bytes.subarray(at, at + PIECE), { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/** The charset a page or document declares about itself, if it is one that decodes its own bytes. */
function declared(sample: Uint8Array): string | undefined {
  const head = Buffer.from(sample.buffer, sample.byteOffset, Math.min(sample.length, 4096)).toString('latin1');
  const name =
    /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ??
    /^\s*<\?xml[^>]+encoding\s*=\s*["']([\w-]+)/i.exec(head)?.[1] ??
    /^.{0,80}coding[:=]\s*([\w-]+)/i.exec(head)?.[1] ??
    /^@charset "([\w-]+)"/.exec(head)?.[1];
  if (!name || /^utf/i.test(name)) return undefined;
  try {
    const decoder = new TextDecoder(name);
    const text = decoder.decode(sample);
    const wrong = text.split('\ufffd').length - 1;
    return wrong <= 1 + text.length / 200 ? decoder.encoding : undefined;
  } catch {
    return undefined;
  }
}
