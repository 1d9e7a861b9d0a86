import type { Turn } from '../chats/chats.ts';
import type { Picture } from './graphics.ts';
import {
  backspace,
  EMPTY,
  end,
  home,
  insert,
  type Line,
  left,
  remove,
  removeToStart,
  removeWord,
  right,
} from './line.ts';

/** Something above the input that stays there. */
export type Entry =
  | { id: number; type: 'turn'; turn: Turn }
  | { id: number; type: 'note'; text: string }
  | { id: number; type: 'error'; text: string };

/** A passage that was opened: what stands before it, the quote, what stands after. */
export interface Opened {
  title: string;
  before: string;
  quote: string;
  after: string;
  /** Its page, where the terminal can show it. */
  page?: Picture;
}

export interface State {
  entries: Entry[];
  line: Line;
  /** Questions asked before, oldest first, and which one is shown; its length: none. */
  past: string[];
  at: number;
  /** The question under way and what came of its answer. */
  asking: { question: string; streamed: string } | undefined;
  /** A question or a command is under way: what is entered meanwhile waits in `ahead`, oldest first. */
  busy: boolean;
  ahead: string[];
  focus: 'input' | 'sources' | 'passage';
  /** Which citation of the last turn. */
  selected: number;
  opened: Opened | undefined;
  /** Lines that the opened passage is scrolled away from its quote. */
  scroll: number;
  scope: string | undefined;
  k: number;
}

export interface Key {
  name:
    | 'text'
    | 'return'
    | 'tab'
    | 'escape'
    | 'up'
    | 'down'
    | 'left'
    | 'right'
    | 'backspace'
    | 'delete'
    | 'home'
    | 'end'
    | 'pageup'
    | 'pagedown'
    | 'ctrl';
  /** What was typed or pasted; the letter with `ctrl`. */
  text?: string;
}

export type Action =
  | { type: 'key'; key: Key }
  | { type: 'token'; text: string }
  | { type: 'answered'; turn: Turn }
  | { type: 'cancelled' }
  | { type: 'failed'; text: string }
  /** The question or the command under way has ended, well or not. */
  | { type: 'done' }
  | { type: 'note'; text: string }
  | { type: 'opened'; opened: Opened }
  | { type: 'scope'; scope: string | undefined }
  | { type: 'k'; k: number };

/** What is to be done outside; the answer comes back as an action. */
export type Effect =
  | { type: 'ask'; question: string }
  | { type: 'command'; name: string; argument: string }
  | { type: 'open'; index: number }
  | { type: 'cancel' }
  | { type: 'leave' };

export interface Next {
  state: State;
  effect?: Effect;
}

export function initial(turns: Turn[], options: { scope: string | undefined; k: number }): State {
  return {
    entries: turns.map((turn, id) => ({ id, type: 'turn', turn })),
    line: EMPTY,
    past: turns.map(({ question }) => question),
    at: turns.length,
    ...{ asking: undefined, busy: false, ahead: [], focus: 'input', selected: 0, opened: undefined, scroll: 0 },
    ...options,
  };
}

/** The whole of the chat's behaviour. */
export function reduce(state: State, action: Action): Next {
  switch (action.type) {
    case 'key':
      return key(state, action.key);
    case 'token':
      return only(
        state.asking ? { ...state, asking: { ...state.asking, streamed: state.asking.streamed + action.text } } : state,
      );
    case 'answered':
      return only({ ...entry(state, { type: 'turn', turn: action.turn }), asking: undefined, selected: 0 });
    case 'cancelled':
      // Who cancels wants quiet: what waited is found again with ↑.
      return only({ ...state, asking: undefined, ahead: [] });
    case 'failed':
      return only(entry(state, { type: 'error', text: action.text }));
    case 'done':
      return goOn({ ...state, asking: undefined, busy: false });
    case 'note':
      return only(entry(state, { type: 'note', text: action.text }));
    case 'opened':
      return only({ ...state, opened: action.opened, focus: 'passage', scroll: 0 });
    case 'scope':
      return only({ ...state, scope: action.scope });
    case 'k':
      return only({ ...state, k: action.k });
  }
}

const only = (state: State): Next => ({ state });

type NewEntry = Entry extends infer E ? (E extends Entry ? Omit<E, 'id'> : never) : never;

function entry(state: State, added: NewEntry): State {
  return { ...state, entries: [...state.entries, { ...added, id: state.entries.length } as Entry] };
}

/** The last answer: its sources are the ones that `Tab` leads to. */
export function lastTurn({ entries }: State): Turn | undefined {
  const last = entries.findLast((one) => one.type === 'turn');
  return last?.type === 'turn' ? last.turn : undefined;
}

function key(state: State, pressed: Key): Next {
  if (pressed.name === 'ctrl' && pressed.text === 'c') return interrupt(state);
  if (state.focus === 'passage') return inPassage(state, pressed);
  if (state.focus === 'sources') return inSources(state, pressed);
  return inInput(state, pressed);
}

/** Cancels the answer; then what is typed; then leaves. */
function interrupt(state: State): Next {
  if (state.asking) return { state, effect: { type: 'cancel' } };
  if (state.line.text !== '') return only({ ...state, line: EMPTY, at: state.past.length });
  return { state, effect: { type: 'leave' } };
}

function inInput(state: State, { name, text = '' }: Key): Next {
  const edit = (line: Line): Next => only({ ...state, line });
  switch (name) {
    case 'text':
      return edit(insert(state.line, text.replace(/\r\n?/g, '\n')));
    case 'return':
      return submit(state);
    case 'tab':
      return only((lastTurn(state)?.citations.length ?? 0) > 0 ? { ...state, focus: 'sources', selected: 0 } : state);
    case 'up':
      return recall(state, -1);
    case 'down':
      return recall(state, 1);
    case 'left':
      return edit(left(state.line));
    case 'right':
      return edit(right(state.line));
    case 'home':
      return edit(home(state.line));
    case 'end':
      return edit(end(state.line));
    case 'backspace':
      return edit(backspace(state.line));
    case 'delete':
      return edit(remove(state.line));
    case 'ctrl':
      return control(state, text);
    default:
      return only(state);
  }
}

/** As in a shell. */
function control(state: State, letter: string): Next {
  const edits: Record<string, (line: Line) => Line> = {
    a: home,
    e: end,
    w: removeWord,
    u: removeToStart,
    b: left,
    f: right,
  };
  const edit = edits[letter];
  if (edit) return only({ ...state, line: edit(state.line) });
  if (letter === 'j') return only({ ...state, line: insert(state.line, '\n') });
  if (letter === 'd' && state.line.text === '') return { state, effect: { type: 'leave' } };
  return only(state);
}

function submit(state: State): Next {
  const text = state.line.text.trim();
  if (text === '') return only(state);
  const past = state.past.at(-1) === text ? state.past : [...state.past, text];
  const entered = { ...state, line: EMPTY, past, at: past.length, ahead: [...state.ahead, text] };
  return state.busy ? only(entered) : goOn(entered);
}

/** Starts what was entered first, if anything waits. */
function goOn(state: State): Next {
  const [text, ...ahead] = state.ahead;
  if (text === undefined) return only(state);
  const busy = { ...state, ahead, busy: true };
  const command = /^\/(\w+)\s*([\s\S]*)$/.exec(text);
  if (command) return { state: busy, effect: { type: 'command', name: command[1]!, argument: command[2]!.trim() } };
  return { state: { ...busy, asking: { question: text, streamed: '' } }, effect: { type: 'ask', question: text } };
}

/** Through earlier questions; past the newest one the line is empty again. */
function recall(state: State, step: -1 | 1): Next {
  const at = Math.min(state.past.length, Math.max(0, state.at + step));
  const text = state.past[at] ?? '';
  return only({ ...state, at, line: { text, cursor: text.length } });
}

function inSources(state: State, { name }: Key): Next {
  const count = lastTurn(state)?.citations.length ?? 0;
  if (name === 'up' || name === 'down') {
    const selected = (state.selected + (name === 'up' ? count - 1 : 1)) % Math.max(1, count);
    return only({ ...state, selected });
  }
  if (name === 'return') return { state, effect: { type: 'open', index: state.selected } };
  if (name === 'tab' || name === 'escape') return only({ ...state, focus: 'input' });
  return only(state);
}

function inPassage(state: State, { name }: Key): Next {
  const by = { up: -1, down: 1, pageup: -10, pagedown: 10 }[name as 'up'];
  if (by) return only({ ...state, scroll: state.scroll + by });
  if (name === 'escape' || name === 'tab' || name === 'return')
    return only({ ...state, focus: 'sources', opened: undefined });
  return only(state);
}
