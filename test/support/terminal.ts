import { execFileSync, spawnSync } from 'node:child_process';

/** A real terminal: tmux on a socket of its own. */
export interface Terminal {
  type(text: string): void;
  /** A key as tmux names it: Enter, Tab, C-c, Up, … */
  press(...keys: string[]): void;
  /** Puts text in as a terminal's paste does. */
  paste(text: string): void;
  resize(columns: number, rows: number): void;
  screen(): string;
  /** Waits until the screen matches; fails with the screen. */
  see(pattern: RegExp, seconds?: number): Promise<string>;
  close(): void;
}

export const hasTerminal = spawnSync('tmux', ['-V']).status === 0;

export function openTerminal(command: string, cwd: string, columns = 80, rows = 24): Terminal {
  const socket = `rag-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const tmux = (...args: string[]) => execFileSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });
  // Ink draws nothing while it runs where it takes the terminal for a build server's.
  const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', CI: 'false' };
  execFileSync(
    'tmux',
    [
      '-L',
      socket,
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(columns),
      '-y',
      String(rows),
      `${command}; echo left with $?; sleep 60`,
    ],
    { cwd, env },
  );
  const screen = () => tmux('capture-pane', '-p');
  return {
    type: (text) => void tmux('send-keys', '-l', text),
    press: (...keys) => void tmux('send-keys', ...keys),
    paste(text) {
      tmux('set-buffer', text);
      tmux('paste-buffer', '-p');
    },
    resize: (wide, high) => void tmux('resize-window', '-x', String(wide), '-y', String(high)),
    screen,
    async see(pattern, seconds = 20) {
      const until = Date.now() + seconds * 1000;
      for (;;) {
        const shown = screen();
        if (pattern.test(shown)) return shown;
        if (Date.now() > until) throw new Error(`${pattern} is not on the screen:\n${shown}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    close: () => void spawnSync('tmux', ['-L', socket, 'kill-server']),
  };
}
