import { TextDecoder } from 'node:util';

/**
 * Characters by how likely they are in running text. The double-byte sets overlap: the same bytes decode in several of them, but
 * only in the right one to common characters. The standards themselves order them: level 1 of GB 2312 and JIS X 0208 and the first
 * plane of Big5 hold the common ones, so the lead byte is a frequency table that costs nothing.
 */
interface Candidate {
  label: string;
  /** Score of a two-byte character, 0 (rare) to 1 (common). */
  weigh(lead: number, trail: number): number;
}

const CANDIDATES: readonly Candidate[] = [
  {
    label: 'gb18030',
    weigh: (lead, trail) => {
      if (trail < 0xa1) return 0;
      if (lead >= 0xb0 && lead <= 0xd7) return 1;
      if (lead === 0xa1 || lead === 0xa3) return 0.8;
      return lead >= 0xd8 && lead <= 0xf7 ? 0.25 : lead <= 0xa9 && lead >= 0xa1 ? 0.3 : 0;
    },
  },
  {
    label: 'big5',
    weigh: (lead, trail) => {
      if (lead >= 0xa4 && lead <= 0xc6) return 1;
      if (lead === 0xa1 && trail <= 0x7e) return 0.8;
      return lead >= 0xc9 && lead <= 0xf9 ? 0.2 : lead >= 0xa1 && lead <= 0xa3 ? 0.4 : 0;
    },
  },
  {
    label: 'shift_jis',
    weigh: (lead) => {
      if (lead === 0x82 || lead === 0x83) return 1;
      if (lead === 0x81) return 0.8;
      return lead >= 0x88 && lead <= 0x97 ? 0.9 : lead >= 0x98 && lead <= 0xea ? 0.15 : 0.1;
    },
  },
  {
    label: 'euc-jp',
    weigh: (lead) => {
      if (lead === 0xa4 || lead === 0xa5) return 1;
      if (lead === 0xa1 || lead === 0xa3) return 0.8;
      return lead >= 0xb0 && lead <= 0xcf ? 0.9 : 0.1;
    },
  },
  {
    label: 'euc-kr',
    weigh: (lead, trail) => {
      if (lead >= 0xb0 && lead <= 0xc8 && trail >= 0xa1) return 1;
      return lead === 0xa1 || lead === 0xa3 ? 0.6 : lead >= 0xca ? 0.15 : 0.05;
    },
  },
];

interface Tally {
  /** Sum of scores over the two-byte characters, and their count. */
  score: number;
  wide: number;
  text: string;
  wrong: number;
}

/** The most likely encoding of bytes that are not Unicode. `windows-1252` (Latin-1's superset) if no double-byte set fits. */
export function detectLegacy(sample: Uint8Array): string {
  const scores = CANDIDATES.map((candidate) => ({ label: candidate.label, score: rate(candidate, sample) }));
  const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
  return best.score > 0.35 && !looksLatin(sample) ? best.label : 'windows-1252';
}

function rate(candidate: Candidate, sample: Uint8Array): number {
  const tally = count(candidate, sample);
  if (tally.wide === 0 || tally.wrong > 1 + tally.wide / 50) return 0;
  let score = tally.score / tally.wide - (tally.wrong / tally.wide) * 2;
  score += languageBonus(candidate.label, tally.text);
  return score;
}

function count(candidate: Candidate, sample: Uint8Array): Tally {
  const decoder = new TextDecoder(candidate.label);
  const text = decoder.decode(sample, { stream: true });
  const tally: Tally = { score: 0, wide: 0, text, wrong: 0 };
  for (const character of text) {
    if (character === '\ufffd') tally.wrong++;
    else if (/[\ue000-\uf8ff\u0080-\u009f]/.test(character)) tally.wrong += 0.5;
  }
  for (let at = 0; at < sample.length; at++) {
    const lead = sample[at]!;
    if (lead < 0x80) continue;
    // Half-width katakana, one byte each, is what every other text looks like in Shift-JIS.
    if (candidate.label === 'shift_jis' && lead >= 0xa1 && lead <= 0xdf) {
      tally.wide++;
      tally.score += 0.1;
      continue;
    }
    const trail = sample[at + 1] ?? 0;
    tally.wide++;
    tally.score += candidate.weigh(lead, trail);
    at++;
  }
  return tally;
}

/** Function words no longer text of the language lacks, and kana for Japanese: what tells GB 2312 from EUC-JP and EUC-KR. */
const COMMON: Record<string, RegExp> = {
  gb18030: /[的一是不了在人有我他这中大来上国个到说们为和你地出道也时年得就那要下以会对]/g,
  big5: /[的一是不了在人有我他這中大來上國個到說們為和你地出道也時年得就那要下以會對]/g,
  shift_jis: /[ぁ-ん]/g,
  'euc-jp': /[ぁ-ん]/g,
  'euc-kr': /[이다는에의을를가고하은한로지도사기자아서니어리시]/g,
};

function languageBonus(label: string, text: string): number {
  let wide = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) wide++;
  if (wide === 0) return 0;
  const hits = text.match(COMMON[label]!)?.length ?? 0;
  return Math.min(0.6, (hits / wide) * 2.5);
}

/** Accented letters stand between ASCII letters or alone; double-byte text comes in runs of two bytes and more. */
function looksLatin(sample: Uint8Array): boolean {
  let high = 0;
  let single = 0;
  for (let at = 0; at < sample.length; at++) {
    if (sample[at]! < 0x80) continue;
    high++;
    const before = sample[at - 1] ?? 32;
    const after = sample[at + 1] ?? 32;
    if (before < 0x80 && after < 0x80 && !(after >= 0x40 && sample[at]! <= 0x9f)) single++;
  }
  return single > high * 0.6;
}
