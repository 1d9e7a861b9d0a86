import { ReadError } from '../readers/reader.ts';
import type { Citation } from '../types.ts';
import { sha256 } from './digest.ts';
import { type OriginalDeps, original } from './original.ts';

/** What a check needs of a citation; exports of older versions have no surroundings. */
export type Checkable = Pick<Citation, 'source' | 'quote' | 'sha256'> & {
  n?: number;
  locator: { start: number; end: number };
  prefix?: string;
  suffix?: string;
};

export interface Finding {
  n?: number;
  source: string;
  quote: string;
  reason: string;
}

export interface Verified {
  checked: number;
  valid: number;
  /** The words are still there, further up or down than they were: valid. */
  moved: { source: string; quote: string; start: number; end: number }[];
  /** The file is there, the words are not. */
  drifted: Finding[];
  missing: Finding[];
  /** Statements of the answers that no citation supports, as they were marked when they were made. */
  unsupported: string[];
}

/** Reads every cited file again and compares each quote, byte for byte. One document in memory at a time. */
export async function verify(
  deps: OriginalDeps,
  input: { citations: Checkable[]; unsupported: string[] },
  signal: AbortSignal,
): Promise<Verified> {
  const result: Verified = {
    ...{ checked: input.citations.length, valid: 0, moved: [], drifted: [], missing: [] },
    unsupported: input.unsupported,
  };
  const sources = new Set(input.citations.map((citation) => citation.source));
  for (const source of sources) {
    const citations = input.citations.filter((citation) => citation.source === source);
    signal.throwIfAborted();
    const found = await read(deps, source);
    for (const citation of citations) {
      const { n, quote } = citation;
      const finding = (reason: string): Finding => ({ ...(n === undefined ? {} : { n }), source, quote, reason });
      if (found === undefined) result.missing.push(finding('no such file'));
      else if (typeof found !== 'string')
        result.drifted.push(finding(`${found.problem.reason} (${found.problem.code})`));
      else if (sha256(quote) !== citation.sha256)
        result.drifted.push(finding('the quote does not match its own digest'));
      else {
        const start = whereIs(found, citation);
        if (start === undefined) {
          result.drifted.push(finding('the text is not there any more'));
          continue;
        }
        result.valid++;
        if (start !== citation.locator.start) result.moved.push({ source, quote, start, end: start + quote.length });
      }
    }
  }
  return result;
}

async function read(deps: OriginalDeps, source: string): Promise<string | ReadError | undefined> {
  try {
    return (await original(deps, source))?.text;
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return error.problem.code === 'missing' ? undefined : error;
  }
}

/** Share of letter pairs that two surroundings have in common from which they count as the same, edited. */
const SAME_PLACE = 0.5;

/**
 * Where the quoted words stand now: at their place, or else elsewhere in surroundings like those they had, on one side at least.
 * Equal words in other surroundings are another statement; where none are known, only words that stand once are found.
 * Undefined: they were changed.
 */
export function whereIs(text: string, { quote, locator, prefix = '', suffix = '' }: Checkable): number | undefined {
  if (quote === '' || locator.end - locator.start !== quote.length) return undefined;
  if (text.startsWith(quote, locator.start)) return locator.start;
  const places: { at: number; likeness: number }[] = [];
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    const before = likeness(prefix, text.slice(Math.max(0, at - prefix.length), at));
    const after = likeness(suffix, text.slice(at + quote.length, at + quote.length + suffix.length));
    places.push({ at, likeness: Math.max(before, after) });
  }
  if (prefix === '' && suffix === '') return places.length === 1 ? places[0]!.at : undefined;
  const best = places.sort((a, b) => b.likeness - a.likeness)[0];
  return best && best.likeness >= SAME_PLACE ? best.at : undefined;
}

/** Dice coefficient over letter pairs, 0 to 1. */
function likeness(a: string, b: string): number {
  const pairs = (text: string) =>
    new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2)));
  const [one, other] = [pairs(a), pairs(b)];
  if (one.size === 0) return 0;
  let shared = 0;
  for (const pair of one) if (other.has(pair)) shared++;
  return (2 * shared) / (one.size + other.size);
}
