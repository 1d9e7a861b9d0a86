import { describe, expect, it } from 'vitest';
import type { Turn } from '../../src/chats/chats.ts';
import { backspace, insert, left, removeWord, right } from '../../src/tui/line.ts';
import { type Action, type Effect, initial, type Key, reduce, type State } from '../../src/tui/state.ts';
import { entryLines, type Look, live } from '../../src/tui/view.ts';
import { wrap } from '../../src/tui/wrap.ts';

const citation = (n: number, quote: string) => ({
  ...{ n, source: 'a.md', document: 'd', documentSha256: '', chunk: 'd:0', title: '', quote, sha256: '' },
  ...{ locator: { start: 0, end: quote.length }, prefix: '', suffix: '' },
});
const turn = (question: string, quotes: string[] = []): Turn => ({
  ...{ at: '', question, answer: `about ${question}`, abstained: false, model: 'm', seconds: 0, unsupported: [] },
  citations: quotes.map((quote, i) => citation(i + 1, quote)),
});
const fresh = () => initial([], { scope: undefined, k: 8 });
/** Several actions in a row; what is to be done outside, in order. */
function play(state: State, ...actions: (Action | Key['name'] | { typed: string } | { ctrl: string })[]) {
  const effects: Effect[] = [];
  for (const one of actions) {
    const action: Action =
      typeof one === 'string'
        ? { type: 'key', key: { name: one } }
        : 'typed' in one
          ? { type: 'key', key: { name: 'text', text: one.typed } }
          : 'ctrl' in one
            ? { type: 'key', key: { name: 'ctrl', text: one.ctrl } }
            : one;
    const next = reduce(state, action);
    state = next.state;
    if (next.effect) effects.push(next.effect);
  }
  return { state, effects };
}
const look: Look = {
  words: {
    ...{
      sources: 'Sources',
      unsupported: 'unsupported',
      instruction: 'order',
      thinking: '…',
      empty: '',
      everything: 'all',
    },
    keys: { input: 'keys', sources: 'keys', passage: 'keys' },
  },
  ...{ place: ({ source }) => source, printable: (text) => text, columns: 20, rows: 24 },
};

describe('a line being typed', () => {
  it('moves and deletes by what the user sees as one character', () => {
    const family = insert({ text: '', cursor: 0 }, 'é👨‍👩‍👧汉');
    expect(backspace(family).text).toBe('é👨‍👩‍👧');
    expect(backspace(backspace(family)).text).toBe('é');
    expect(right(left(left(family))).cursor).toBe(family.text.length - 1);
    expect(removeWord(insert({ text: '', cursor: 0 }, 'one two  ')).text).toBe('one ');
  });
});

describe('the conversation', () => {
  it('asks, streams, shows the answer, and goes to its sources', () => {
    const asked = play(fresh(), { typed: 'why?' }, 'return');
    expect(asked.effects).toEqual([{ type: 'ask', question: 'why?' }]);
    const streamed = play(
      asked.state,
      { type: 'token', text: 'be' },
      { type: 'token', text: 'cause' },
      { typed: 'next' },
    );
    expect([streamed.state.asking?.streamed, streamed.effects, streamed.state.line.text]).toEqual([
      'because',
      [],
      'next',
    ]);
    const done = play(
      streamed.state,
      { type: 'answered', turn: turn('why?', ['one', 'two']) },
      { type: 'done' },
      'tab',
      'down',
      'return',
    );
    expect([done.state.focus, done.effects]).toEqual(['sources', [{ type: 'open', index: 1 }]]);
    const opened = { title: 't', before: 'b', quote: 'q', after: 'a' };
    const back = play(done.state, { type: 'opened', opened }, 'down', 'escape', 'escape');
    expect([back.state.focus, back.state.opened, back.state.line.text]).toEqual(['input', undefined, 'next']);
  });

  it('Ctrl-C cancels the answer, then the line, then leaves', () => {
    const { state } = play(fresh(), { typed: 'why?' }, 'return', { typed: 'x' });
    const cancel = play(state, { ctrl: 'c' });
    expect(cancel.effects).toEqual([{ type: 'cancel' }]);
    const { effects, state: end } = play(
      cancel.state,
      { type: 'cancelled' },
      { type: 'done' },
      { ctrl: 'c' },
      { ctrl: 'c' },
    );
    expect([effects, end.line.text, end.asking]).toEqual([[{ type: 'leave' }], '', undefined]);
  });

  it('does one after another what is entered while it answers, and nothing more when that is cancelled', () => {
    const asked = play(fresh(), { typed: 'why?' }, 'return', { typed: '/k 3' }, 'return', { typed: 'how?' }, 'return');
    expect([asked.effects.length, asked.state.ahead, asked.state.line.text]).toEqual([1, ['/k 3', 'how?'], '']);
    expect(live(asked.state, look).lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['› why?', '› /k 3', '› how?']),
    );
    const answered = play(asked.state, { type: 'answered', turn: turn('why?') }, { typed: 'who?' }, 'return');
    expect(answered.effects).toEqual([]);
    const { effects, state } = play(answered.state, { type: 'done' }, { type: 'k', k: 3 }, { type: 'done' });
    expect(effects).toEqual([
      { type: 'command', name: 'k', argument: '3' },
      { type: 'ask', question: 'how?' },
    ]);
    const cancelled = play(state, { type: 'cancelled' }, { type: 'done' });
    expect([cancelled.effects, cancelled.state.busy, play(cancelled.state, 'up').state.line.text]).toEqual([
      [],
      false,
      'who?',
    ]);
  });

  it('recalls earlier questions, takes pasted lines as they are, and commands apart', () => {
    const { state } = play(initial([turn('first'), turn('second')], { scope: undefined, k: 8 }), 'up', 'up');
    expect(state.line.text).toBe('first');
    expect(play(state, 'down', 'down').state.line.text).toBe('');
    const pasted = play(fresh(), { typed: 'one\r\ntwo\rthree' }, 'return');
    expect(pasted.effects).toEqual([{ type: 'ask', question: 'one\ntwo\nthree' }]);
    const command = play(fresh(), { typed: '/in docs/api' }, 'return');
    expect([command.effects, command.state.asking]).toEqual([
      [{ type: 'command', name: 'in', argument: 'docs/api' }],
      undefined,
    ]);
  });
});

describe('the screen', () => {
  it('breaks Han between any two, words between words, and lets no closing sign begin a line', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('汉字排版。可以', 8)).toEqual(['汉字排', '版。可以']);
    expect(wrap('a-very-long-word', 6)).toEqual(['a-very', '-long-', 'word']);
    expect(wrap('x\n\ny', 8)).toEqual(['x', '', 'y']);
  });

  it('puts the cursor where the next character will stand, wide ones counted as two', () => {
    const { state } = play(fresh(), { typed: '备份多久？ok ' });
    expect(live(state, look).cursor).toEqual({ x: 2 + 10 + 3, y: 1 });
    const wrapped = play(fresh(), { typed: '备份保留多久才会被删除' });
    const shown = live(wrapped.state, look);
    expect(shown.cursor?.y).toBe(2);
    for (const { text } of shown.lines) expect(text.length).toBeLessThanOrEqual(20);
  });

  it('names sources, doubts and orders below an answer', () => {
    const cited = turn('q', ['quoted']);
    cited.unsupported = ['made up'];
    cited.citations[0] = { ...cited.citations[0]!, warnings: ['instruction'] };
    const text = entryLines({ id: 0, type: 'turn', turn: cited }, { ...look, columns: 60 }).map((line) => line.text);
    expect(text).toEqual([
      '› q',
      'about q',
      '? unsupported: made up',
      'Sources',
      '[1] a.md › “quoted”',
      '[1] ! order',
      '',
    ]);
  });

  it('opens a passage with its quote in sight', () => {
    const before = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
    const { state } = play(fresh(), {
      type: 'opened',
      opened: { title: 't', before, quote: 'THE QUOTE', after: 'end' },
    });
    expect(live(state, look).lines.map(({ text }) => text)).toContain('THE QUOTE');
  });
});
