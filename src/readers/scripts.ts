/** Scripts that stand side by side within a word or a sentence without a space; letters of formulas among them. */
const FAMILIES: [string, RegExp][] = [
  ['east', /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}]/u],
  ['latin', /[\p{Script=Latin}\p{Script=Greek}]/u],
  ['cyrillic', /\p{Script=Cyrillic}/u],
  ['arabic', /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u],
  ['hebrew', /\p{Script=Hebrew}/u],
  [
    'indic',
    /[\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Gujarati}\p{Script=Gurmukhi}]/u,
  ],
  ['indic2', /[\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Oriya}]/u],
  ['southeast', /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u],
  ['caucasus', /[\p{Script=Armenian}\p{Script=Georgian}]/u],
];

const familyOf = (letter: string) => FAMILIES.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'other';

/** Share of neighbouring letters that belong to different scripts. Latin words between Chinese ones do not count. */
export function scriptChanges(text: string): number {
  const known = new Map<string, string>();
  let pairs = 0;
  let changes = 0;
  let before = '';
  for (const character of text.slice(0, 4_000)) {
    if (!/\p{L}/u.test(character)) {
      // Vowel signs and the like belong to the letter before.
      if (!/\p{M}/u.test(character)) before = '';
      continue;
    }
    let family = known.get(character);
    if (family === undefined) {
      family = familyOf(character);
      known.set(character, family);
    }
    if (before !== '') {
      pairs++;
      if (before !== family && !(pairOf(before, family) === 'east latin')) changes++;
    }
    before = family;
  }
  return pairs < 30 ? 0 : changes / pairs;
}

const pairOf = (a: string, b: string) => [a, b].sort().join(' ');

/** First rows of the national standards: the characters a language needs. Lead bytes, trail bytes. */
const LEVELS: [string, number, number, number, number][] = [
  ['gbk', 0xb0, 0xd7, 0xa1, 0xfe],
  ['big5', 0xa4, 0xc6, 0x40, 0xfe],
  ['euc-jp', 0xb0, 0xcf, 0xa1, 0xfe],
];

/** Made at first use: 10 ms. */
const made: { usual?: Set<string> } = {};

/** True if a third of the Han characters are none that Chinese or Japanese texts commonly use: codes taken for characters. */
export function unusualHan(text: string): boolean {
  const han = text.match(/\p{Script=Han}/gu) ?? [];
  if (han.length < 20) return false;
  made.usual ??= usualHan();
  const usual = made.usual;
  let odd = 0;
  for (const character of han) if (!usual.has(character)) odd++;
  return odd > han.length / 3;
}

function usualHan(): Set<string> {
  const found = new Set<string>();
  for (const [encoding, firstLead, lastLead, firstTrail, lastTrail] of LEVELS) {
    const decoder = new TextDecoder(encoding);
    const bytes = new Uint8Array(2);
    for (let lead = firstLead; lead <= lastLead; lead++)
      for (let trail = firstTrail; trail <= lastTrail; trail++) {
        bytes[0] = lead;
        bytes[1] = trail;
        const character = decoder.decode(bytes);
        if (/^\p{Script=Han}$/u.test(character)) found.add(character);
      }
  }
  return found;
}
