import { normalize } from './normalize.ts';
import { stem } from './stem.ts';

const LONGEST_TERM = 64;
const PLAIN_WORD = /^[A-Za-z]?[a-z]*$/;
const CLITIC = /['\u2019](?:s|t|d|m|ll|re|ve)$/i;

const cut = (term: string): string => (term.length > LONGEST_TERM ? term.slice(0, LONGEST_TERM) : term);

/**
 * The index terms of one identifier: itself first, then its parts if it has any. Its own term leaves out `-` and `_`,
 * so `max_wal_size`, `max-wal-size` and `maxWalSize` meet, and so do `e-mail` and `email`, `UTF-8` and `utf8`.
 */
export function identifierTerms(raw: string): string[] {
  if (PLAIN_WORD.test(raw)) return [cut(stem(raw.toLowerCase()))];
  const word = raw.replace(CLITIC, '');
  const plain = normalize(word).text;
  const ascii = plain.length === word.length && plain === word.toLowerCase();
  if (/^[a-z](?:\.[a-z])+$/.test(plain)) return [plain.replaceAll('.', '')];
  if (/^\d[\d,]*(?:\.\d+)*$/.test(plain)) return [cut(plain.replaceAll(',', ''))];
  const parts: string[] = [];
  for (const piece of (ascii ? word : plain).split(/[-_/\\@']+|\.(?!\d)|(?<!\d)\.|,/)) {
    for (const part of split(piece)) if (part !== '') parts.push(cut(stem(part.toLowerCase())));
  }
  const whole = cut(stem(plain.replace(/[-_']/g, '').replaceAll('\\', '/')));
  if (whole === '') return parts;
  return parts.length === 1 && parts[0] === whole ? parts : [whole, ...parts];
}

function split(piece: string): string[] {
  if (/^[A-Za-z]?[a-z]*$|^[A-Z]+s?$/.test(piece)) return [piece];
  if (/^[vV]\d/.test(piece)) return [piece.slice(1)];
  if (/^[A-Za-z]*$/.test(piece)) return piece.match(/[A-Z]+s?(?![a-z])|[A-Z]?[a-z]+/g) ?? [piece];
  const unit = /^(\d+(?:\.\d+)*)([a-z]{2,})$/i.exec(piece);
  return unit ? [unit[1]!, unit[2]!] : [piece];
}
