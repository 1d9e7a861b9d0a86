import { KIND, kindAt } from './letter-kinds.ts';

/** Enough of a page to tell. */
const LOOKED_AT = 4_000;

/** Scripts that stand side by side within a word or a sentence without a space: Japanese ones, letters of formulas. */
const familyOf = (kind: number) => (kind === KIND.han ? KIND.east : kind === KIND.greek ? KIND.latin : kind);

/** Share of neighbouring letters that belong to different scripts. Latin words between Chinese ones do not count. */
export function scriptChanges(text: string): number {
  let pairs = 0;
  let changes = 0;
  let before = 0;
  const end = Math.min(text.length, LOOKED_AT);
  for (let i = 0; i < end; i++) {
    const kind = kindAt(text, i);
    // Vowel signs and the like belong to the letter before.
    if (kind === KIND.mark) continue;
    const family = kind < KIND.han ? 0 : familyOf(kind);
    if (before !== 0 && family !== 0) {
      pairs++;
      if (before !== family && !(Math.min(before, family) === KIND.east && Math.max(before, family) === KIND.latin))
        changes++;
    }
    before = family;
  }
  return pairs < 30 ? 0 : changes / pairs;
}

/** First rows of the national standards: the characters a language needs. Lead bytes, trail bytes. */
const LEVELS: [string, number, number, number, number][] = [
  ['gbk', 0xb0, 0xd7, 0xa1, 0xfe],
  ['big5', 0xa4, 0xc6, 0x40, 0xfe],
  ['euc-jp', 0xb0, 0xcf, 0xa1, 0xfe],
];

/** Made at first use: a byte for each UTF-16 unit. */
const made: { usual?: Uint8Array } = {};

/** True if a third of the Han characters are none that Chinese or Japanese texts commonly use: codes taken for characters. */
export function unusualHan(text: string): boolean {
  made.usual ??= usualHan();
  const usual = made.usual;
  let han = 0;
  let odd = 0;
  for (let i = 0; i < text.length; i++)
    if (kindAt(text, i) === KIND.han) {
      han++;
      if (usual[text.charCodeAt(i)] === 0) odd++;
    }
  return han >= 20 && odd > han / 3;
}

function usualHan(): Uint8Array {
  const found = new Uint8Array(0x10000);
  for (const [encoding, firstLead, lastLead, firstTrail, lastTrail] of LEVELS) {
    const bytes: number[] = [];
    // A line end behind each: what is not assigned must not take the next character with it.
    for (let lead = firstLead; lead <= lastLead; lead++)
      for (let trail = firstTrail; trail <= lastTrail; trail++) bytes.push(lead, trail, 10);
    for (const character of new TextDecoder(encoding).decode(new Uint8Array(bytes)))
      if (kindAt(character, 0) === KIND.han && character.length === 1) found[character.charCodeAt(0)] = 1;
  }
  return found;
}
