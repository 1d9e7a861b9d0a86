import { decode, detectEncoding } from './decode.ts';
import { extensionType, nameType } from './extensions.ts';

const SAMPLE = 2 ** 16;

/** Type of what is not a known container: a kind of text, or `binary`. */
export function sniffText(bytes: Uint8Array, name: string, extension: string): string {
  const sample = bytes.length > SAMPLE ? bytes.subarray(0, SAMPLE) : bytes;
  const encoding = detectEncoding(sample);
  const text = decode(sample, encoding);
  if (isBinary(text, encoding.label)) return 'binary';
  const start = text.slice(0, 4096).trimStart();
  return (
    structured(start, text, bytes, extension) ?? nameType(name) ?? extensionType(extension) ?? plainType(start, text)
  );
}

/** A compiled expression finds none sooner than a loop that must first be compiled. */
const ODD = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\ufffd]/;

/** Control characters, or characters no decoder of any of our encodings knew, are not text. */
function isBinary(text: string, label: string): boolean {
  if (!ODD.test(text) && label !== 'windows-1252') return false;
  let odd = 0;
  let high = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0) return true;
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 12 && code !== 27) || code === 0xfffd) odd++;
    // Latin-1 takes any bytes; that each stands alone betrays that they were no text.
    else if (label === 'windows-1252' && code >= 0x80) high++;
  }
  return odd > Math.max(1, text.length * 0.02) || high > Math.max(8, text.length * 0.4);
}

/** Types whose content says what they are, whatever the name. */
function structured(start: string, text: string, bytes: Uint8Array, extension: string): string | undefined {
  if (/^<\?xml/i.test(start)) return /<!doctype html|<html[\s>]/i.test(start) ? 'html' : 'xml';
  if (/^(?:<!--[\s\S]*?-->\s*)*<!doctype html|^(?:<!--[\s\S]*?-->\s*)*<(?:html|head|body)[\s>]/i.test(start))
    return 'html';
  if (/^From \S+.*\d{4}\r?\n[\w-]+:/.test(start)) return 'mbox';
  if (isMail(start))
    return /^snapshot-content-location:|^content-type:\s*multipart\/related/im.test(start) &&
      !/^(to|received):/im.test(start)
      ? 'mhtml'
      : 'eml';
  if (/^[[{]/.test(start)) return jsonType(start, text, bytes, extension);
  if (/^#!.*\b(sh|bash|zsh|python|node|perl|ruby|php)\d*/.test(start)) {
    const shell = /\b(sh|bash|zsh|python|node|perl|ruby|php)\d*/.exec(start.split('\n')[0]!)![1]!;
    return `code:${{ sh: 'shell', bash: 'shell', zsh: 'shell', node: 'javascript' }[shell] ?? shell}`;
  }
  return undefined;
}

/** RFC 5322 header fields up to an empty line, among them two that only mail has. */
function isMail(start: string): boolean {
  const head = start.split(/\r?\n\r?\n/)[0]!;
  if (!/^[\w-]+:[^\n]*(\r?\n(?:[\w-]+:|[ \t])[^\n]*)*$/.test(head)) return false;
  const fields =
    head.match(/^(from|to|date|subject|received|message-id|mime-version|return-path|content-type|delivered-to):/gim) ??
    [];
  return (
    new Set(fields.map((field) => field.toLowerCase())).size >= 2 &&
    /^(from|received|mime-version|message-id|return-path):/im.test(head)
  );
}

function jsonType(start: string, text: string, bytes: Uint8Array, extension: string): string | undefined {
  const complete = bytes.length <= SAMPLE;
  const first = text.trimStart().split('\n')[0]!;
  if (parses(first) && /\n\s*[[{"]/.test(text) && /^[[{]/.test(first)) {
    const second = text.trimStart().split('\n')[1]?.trim() ?? '';
    if (parses(second)) return 'jsonl';
  }
  const looks = complete ? parses(text) : /^\{\s*"|^\[\s*(?:[[{"\d-]|true|false|null)/.test(start);
  if (looks) return /"nbformat"\s*:/.test(text) || (extension === 'ipynb' && /"cells"/.test(text)) ? 'ipynb' : 'json';
  return undefined;
}

function parses(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** Nothing in the name: the shape of the first lines decides. */
function plainType(start: string, text: string): string {
  const lines = text
    .split(/\r?\n/)
    .slice(0, 40)
    .filter((line) => line.trim() !== '');
  if (/^---\s*\n[\w"'-]+:/.test(start) && !/^---\s*\n[\s\S]*?\n---\s*\n+\S/.test(start)) return 'yaml';
  if (delimited(lines, '\t')) return 'tsv';
  if (delimited(lines, ',')) return 'csv';
  const marks = lines.filter((line) => /^#{1,6} \S|^```|^\|.*\|$|\]\(\S+\)|^\s*[-*] \S.*`/.test(line)).length;
  return marks >= 2 ? 'markdown' : 'text';
}

/** The same number of delimiters outside quotes, at least two, in each of three lines and more. */
function delimited(lines: string[], mark: string): boolean {
  const counts = lines.slice(0, 20).map((line) => line.replace(/"[^"]*"/g, '').split(mark).length - 1);
  return (
    counts.length >= 3 &&
    counts[0]! >= 2 &&
    counts.every((count) => count === counts[0]) &&
    !lines.some((line) => /[.!?,] [A-Z]?\w+ \w+ \w+ \w+ \w+/.test(line))
  );
}
