import stringWidth from 'string-width';
import type { Turn } from '../chats/chats.ts';
import type { Citation } from '../types.ts';
import type { Frame } from './graphics.ts';
import { type Entry, lastTurn, type State } from './state.ts';
import { wrap } from './wrap.ts';

export type Tone = 'plain' | 'dim' | 'bold' | 'link' | 'warn' | 'mark' | 'selected';

export interface ViewLine {
  text: string;
  tone: Tone;
}

/** Words of the screen, in the user's language. */
export interface ChatWords {
  sources: string;
  unsupported: string;
  instruction: string;
  thinking: string;
  empty: string;
  keys: Record<State['focus'], string>;
  everything: string;
}

export interface Look {
  words: ChatWords;
  /** `docs/report.pdf › p. 3` */
  place(citation: Citation): string;
  /** Control characters of a document must not reach the terminal. */
  printable(text: string): string;
  columns: number;
  rows: number;
}

export interface Live {
  lines: ViewLine[];
  /** Where the terminal's cursor belongs, so that an input method draws there. */
  cursor?: { x: number; y: number };
}

const PROMPT = '› ';

/** What stays above the input: a question, its answer, its sources. */
export function entryLines(entry: Entry, look: Look): ViewLine[] {
  if (entry.type === 'note') return [...block(entry.text, look, 'dim'), BLANK];
  if (entry.type === 'error') return [...block(entry.text, look, 'warn'), BLANK];
  const { turn } = entry;
  return [
    ...block(`${PROMPT}${turn.question}`, look, 'bold'),
    ...block(turn.answer, look, 'plain'),
    ...turn.unsupported.flatMap((sentence) => block(`? ${look.words.unsupported}: ${sentence}`, look, 'warn')),
    ...sourceLines(turn, look),
    BLANK,
  ];
}

/** The part that is drawn again and again: an answer under way, the source list, a passage, and the input. */
export function live(state: State, look: Look): Live {
  if (state.focus === 'passage' && state.opened) return { lines: [...passage(state, look), keys(state, look)] };
  const lines: ViewLine[] = [];
  const waiting = state.ahead.slice(0, WAITING).map((text) => aheadLine(text, look));
  if (state.asking) {
    lines.push(...block(`${PROMPT}${state.asking.question}`, look, 'bold'));
    const streamed = block(state.asking.streamed || look.words.thinking, look, state.asking.streamed ? 'plain' : 'dim');
    // What is above the screen cannot be drawn again: the end of a long answer is shown until it is done.
    lines.push(...streamed.slice(-Math.max(3, look.rows - 8 - waiting.length)));
  }
  lines.push(...waiting);
  const turn = lastTurn(state);
  if (state.focus === 'sources' && turn)
    for (const [i, citation] of turn.citations.entries())
      lines.push({ text: clip(source(citation, look), look), tone: i === state.selected ? 'selected' : 'link' });
  const scope = `${state.scope ?? look.words.everything} · k ${state.k}`;
  lines.push({
    text: clip(`${'─'.repeat(2)} ${scope} ${'─'.repeat(Math.max(0, look.columns - stringWidth(scope) - 6))}`, look),
    tone: 'dim',
  });
  if (state.focus !== 'input') return { lines: [...lines, keys(state, look)] };

  const { text, cursor } = state.line;
  const before = wrap(PROMPT + look.printable(text.slice(0, cursor)), look.columns - 1);
  // Trailing white space belongs to the line while it is typed.
  const trailing = /[^\S\n]*$/.exec(text.slice(0, cursor))![0].length;
  const x = Math.min(look.columns - 1, stringWidth(before.at(-1)!) + trailing);
  const y = lines.length + before.length - 1;
  const shown = wrap(PROMPT + look.printable(text), look.columns - 1);
  lines.push(...shown.map((line): ViewLine => ({ text: line, tone: 'plain' })));
  return { lines: [...lines, keys(state, look)], cursor: { x, y } };
}

/** How many of the questions that were entered ahead are shown. */
const WAITING = 3;

const aheadLine = (text: string, look: Look): ViewLine => ({
  text: clip(`${PROMPT}${look.printable(text).replace(/\s+/g, ' ')}`, look),
  tone: 'dim',
});

const BLANK: ViewLine = { text: '', tone: 'plain' };

function block(text: string, look: Look, tone: Tone): ViewLine[] {
  return wrap(look.printable(text), look.columns - 1).map((line) => ({ text: line, tone }));
}

function sourceLines({ citations }: Turn, look: Look): ViewLine[] {
  if (citations.length === 0) return [];
  const warned = citations.filter(({ warnings }) => warnings).map(({ n }) => `[${n}] ! ${look.words.instruction}`);
  return [
    { text: look.words.sources, tone: 'bold' },
    ...citations.map((citation): ViewLine => ({ text: clip(source(citation, look), look), tone: 'link' })),
    ...warned.map((text): ViewLine => ({ text: clip(text, look), tone: 'warn' })),
  ];
}

const source = (citation: Citation, look: Look) =>
  `[${citation.n}] ${look.place(citation)} › “${look.printable(citation.quote).replace(/\s+/g, ' ')}”`;

/** A passage with its surroundings, scrolled, the quote marked; beside its page if there is a picture of it. */
function passage({ opened, scroll }: State, look: Look): ViewLine[] {
  const { title, before, quote, after, page } = opened!;
  const narrow = page === undefined ? look : { ...look, columns: pageFrame(look).column - 2 };
  const above = block(before, narrow, 'dim');
  const body = [...above, ...block(quote, narrow, 'mark'), ...block(after, narrow, 'dim')];
  const room = passageRows(look);
  const wanted = above.length - Math.floor(room / 3) + scroll;
  const first = Math.max(0, Math.min(wanted, body.length - room));
  const shown = body.slice(first, first + room);
  // Beside a picture the screen is as high as it is, however short the text.
  while (page !== undefined && shown.length < room) shown.push(BLANK);
  return [{ text: clip(title, look), tone: 'bold' }, ...shown];
}

const passageRows = ({ rows }: Pick<Look, 'rows'>) => Math.max(5, rows - 4);

/** The right half below the title: where the picture of a page goes. `up` counts from the line below the last one. */
export function pageFrame({ columns, rows }: Pick<Look, 'columns' | 'rows'>): Frame {
  const left = Math.floor(columns / 2);
  const high = passageRows({ rows });
  return { up: high + 1, column: left + 2, columns: Math.max(10, columns - left - 2), rows: high };
}

const keys = ({ focus }: State, look: Look): ViewLine => ({ text: clip(look.words.keys[focus], look), tone: 'dim' });

/** One line, cut where the screen ends. */
function clip(text: string, { columns }: Look): string {
  let used = 0;
  let out = '';
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    used += stringWidth(segment);
    if (used > columns - 1) return `${out}…`;
    out += segment;
  }
  return out;
}
