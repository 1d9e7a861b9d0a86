import { closeSync, openSync, readSync } from 'node:fs';
import { RagError } from '../../errors.ts';
import { STOP_WORDS } from '../../text/stopwords.ts';
import { type Token, tokens } from '../../text/tokenize.ts';

/** CC-CEDICT as a bridge between the languages of a question and of the documents. */
export interface Gloss {
  /** Index terms of the other language for the words of a question. */
  expand(question: string): string[];
  close(): void;
}

const MAGIC = 0x32534c47;
const HEADER = 20;
const LONGEST = 3;
const HAN = /^[\u3400-\u9fff]+$/;
const LATIN = /^[a-z]+$/;

/** Line by key, by binary search over the first keys of the blocks and one read of 4 KB. */
interface Table {
  /** The version of ICU that cut its Chinese, times 1,000. */
  icu: number;
  find(key: string): string | undefined;
  close(): void;
}

function read(handle: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  const got = readSync(handle, bytes, 0, length, at);
  return bytes.subarray(0, got);
}

function openTable(file: string): Table {
  const broken = (): RagError => new RagError('config', `${file} is not a gloss table`, { hint: 'npm run build' });
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (cause) {
    throw new RagError('config', `${file} cannot be opened`, { hint: 'npm run build', cause });
  }
  const header = read(handle, 0, HEADER);
  if (header.length < HEADER || header.readUInt32LE(0) !== MAGIC) throw broken();
  const [blocks, start, length] = [header.readUInt32LE(4), header.readUInt32LE(8), header.readUInt32LE(12)];
  const index = read(handle, start, length);
  if (index.length < length) throw broken();
  const first = index.toString('utf8', blocks * 4).split('\n');
  const offset = (block: number): number => (block < blocks ? index.readUInt32LE(block * 4) : start);
  return {
    icu: header.readUInt32LE(16),
    find(key) {
      let low = 0;
      let high = blocks;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (first[middle]! <= key) low = middle;
        else high = middle;
      }
      const block = `\n${read(handle, offset(low), offset(low + 1) - offset(low)).toString('utf8')}`;
      const at = block.indexOf(`\n${key}\t`);
      return at < 0 ? undefined : block.slice(at + key.length + 2, block.indexOf('\n', at + 1));
    },
    close: () => closeSync(handle),
  };
}

/** Words of the question that carry its subject, and its stop words as gaps no phrase reaches over. */
function words(question: string): (Token | undefined)[] {
  return tokens(question)
    .filter((token) => token.role === undefined)
    .map((token) => (STOP_WORDS.has(question.slice(token.start, token.end).toLowerCase()) ? undefined : token));
}

/** Opens dist/models/gloss.bin (CC BY-SA 4.0, see models/CEDICT.md) without reading it. Throws RagError('config'). */
export function openGloss(file: string): Gloss {
  const table = openTable(file);
  /** Its terms are those that this process would make. */
  const own = table.icu === Math.round(Number.parseFloat(process.versions.icu ?? '') * 1000);

  /** The longest phrases first: what one covers is not looked up again. */
  function* translations(question: string): Generator<string> {
    const found = words(question);
    for (let i = 0; i < found.length; ) {
      let taken = 1;
      for (let n = Math.min(LONGEST, found.length - i); n > 0; n--) {
        const run = found.slice(i, i + n).map((token) => token?.term ?? '');
        const han = run.every((term) => HAN.test(term));
        if (!han && !run.every((term) => LATIN.test(term))) continue;
        const value = table.find(run.join(han ? '' : ' '));
        if (value === undefined) continue;
        yield value;
        taken = n;
        break;
      }
      i += taken;
    }
  }

  return {
    expand(question) {
      const terms = new Set<string>();
      for (const value of translations(question)) {
        for (const term of value.split(' ')) {
          if (term === '') continue;
          if (own || LATIN.test(term)) terms.add(term);
          else for (const token of tokens(term)) if (token.role !== 'piece') terms.add(token.term);
        }
      }
      return [...terms];
    },
    close: table.close,
  };
}
