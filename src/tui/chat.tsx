import { Box, render, Static, Text, useApp, useCursor, useInput, useStdout } from 'ink';
import { type ReactElement, useEffect, useReducer, useRef, useState } from 'react';
import type { Turn } from '../chats/chats.ts';
import type { Citation } from '../types.ts';
import { draw, erase, type Graphics } from './graphics.ts';
import { keyReader } from './keys.ts';
import { type Action, type Effect, type Entry, initial, lastTurn, type Opened, reduce, type State } from './state.ts';
import { type ChatWords, entryLines, type Look, live, pageFrame, type Tone, type ViewLine } from './view.ts';

/** What a slash command does to the conversation. */
export interface CommandResult {
  note?: string;
  scope?: string | undefined;
  k?: number;
  leave?: boolean;
}

export interface ChatOptions {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  turns: Turn[];
  scope: string | undefined;
  k: number;
  color: boolean;
  words: ChatWords;
  place(citation: Citation): string;
  printable(text: string): string;
  /** How this terminal shows pictures, if it does. */
  graphics: Graphics | undefined;
  ask(question: string, state: State, token: (text: string) => void, signal: AbortSignal): Promise<Turn>;
  open(citation: Citation): Promise<Opened>;
  command(name: string, argument: string, state: State): Promise<CommandResult>;
}

/** Runs until the user leaves. Only draws and wires: what happens is in `state.ts`, how it looks in `view.ts`. */
export async function chat(options: ChatOptions): Promise<void> {
  const { stdin, stdout } = options;
  const app = render(<Chat {...options} />, { stdin, stdout, exitOnCtrlC: false, patchConsole: false });
  stdout.write(PASTES.on);
  try {
    await app.waitUntilExit();
  } finally {
    stdout.write(PASTES.off);
  }
}

/** Has the terminal say where a paste begins and ends: its line breaks are not the Enter key. */
const PASTES = { on: '\u001b[?2004h', off: '\u001b[?2004l' };

function Chat(options: ChatOptions): ReactElement {
  const { exit } = useApp();
  const { stdout } = useStdout();
  const { setCursorPosition } = useCursor();
  const [size, setSize] = useState({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const [state, dispatch] = useReducer(
    (current: State, action: Action) => reduce(current, action).state,
    undefined,
    () => initial(options.turns, options),
  );
  const running = useRef<AbortController | undefined>(undefined);
  // Keys may come faster than React draws: what is decided, is decided on the newest state.
  const newest = useRef(state);
  newest.current = state;

  useEffect(() => {
    const resized = () => setSize({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
    stdout.on('resize', resized);
    return () => void stdout.off('resize', resized);
  }, [stdout]);

  function act(action: Action): void {
    const next = reduce(newest.current, action);
    newest.current = next.state;
    dispatch(action);
    if (next.effect) void perform(next.effect);
  }

  async function perform(effect: Effect): Promise<void> {
    try {
      if (effect.type === 'leave') exit();
      else if (effect.type === 'cancel') running.current?.abort();
      else if (effect.type === 'ask') await ask(effect.question);
      else if (effect.type === 'open') {
        const citation = lastTurn(newest.current)?.citations[effect.index];
        if (citation) act({ type: 'opened', opened: await options.open(citation) });
      } else await command(effect.name, effect.argument);
    } catch (error) {
      act({ type: 'failed', text: (error as Error).message });
    }
    if (effect.type === 'ask' || effect.type === 'command') act({ type: 'done' });
  }

  async function ask(question: string): Promise<void> {
    const controller = new AbortController();
    running.current = controller;
    try {
      const token = (text: string) => act({ type: 'token', text });
      const turn = await options.ask(question, newest.current, token, controller.signal);
      act(controller.signal.aborted ? { type: 'cancelled' } : { type: 'answered', turn });
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      act({ type: 'cancelled' });
    }
  }

  async function command(name: string, argument: string): Promise<void> {
    const result = await options.command(name, argument, newest.current);
    if ('scope' in result) act({ type: 'scope', scope: result.scope });
    if (result.k !== undefined) act({ type: 'k', k: result.k });
    if (result.note !== undefined) act({ type: 'note', text: result.note });
    if (result.leave) exit();
  }

  // The picture is no text that Ink knows of: it is put beside the passage once that is drawn, and taken away with it.
  const { opened } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what Ink draws anew may have wiped the picture out
  useEffect(() => {
    const { graphics } = options;
    if (graphics === undefined || opened?.page === undefined) return undefined;
    const { page } = opened;
    const timer = setTimeout(() => stdout.write(draw(graphics, page, pageFrame(size))), DRAWN_MS);
    return () => {
      clearTimeout(timer);
      stdout.write(erase(graphics));
    };
  }, [opened, size, state.scroll]);

  const keys = useRef(keyReader());
  useInput((input, pressed) => {
    for (const key of keys.current(input, pressed)) act({ type: 'key', key });
  });
  const look: Look = { ...options, ...size };
  const { lines, cursor } = live(state, look);
  setCursorPosition(cursor);
  return (
    <>
      <Static items={state.entries}>
        {(entry: Entry) => <Lines key={entry.id} lines={entryLines(entry, look)} color={options.color} />}
      </Static>
      <Lines lines={lines} color={options.color} />
    </>
  );
}

/** Ink draws at most some 30 times a second. */
const DRAWN_MS = 80;

const LOOKS: Record<Tone, Record<string, unknown>> = {
  plain: {},
  dim: { dimColor: true },
  bold: { bold: true },
  link: { color: 'cyan' },
  warn: { color: 'yellow' },
  mark: { color: 'yellow', bold: true },
  selected: { inverse: true },
};

function Lines({ lines, color }: { lines: ViewLine[]; color: boolean }): ReactElement {
  return (
    <Box flexDirection="column">
      {lines.map(({ text, tone }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Text key={i} wrap="truncate" {...(color || tone === 'selected' ? LOOKS[tone] : {})}>
          {text === '' ? ' ' : text}
        </Text>
      ))}
    </Box>
  );
}
