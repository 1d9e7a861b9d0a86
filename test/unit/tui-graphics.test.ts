import { describe, expect, it } from 'vitest';
import { draw, erase, fitted, graphicsOf } from '../../src/tui/graphics.ts';
import { pageFrame } from '../../src/tui/view.ts';

const frame = { up: 20, column: 42, columns: 38, rows: 19 };

describe('pictures on a terminal', () => {
  it('knows terminals that draw, and tmux that does not pass it on', () => {
    expect(graphicsOf({ TERM: 'xterm-kitty' })).toBe('kitty');
    expect(graphicsOf({ TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' })).toBe('kitty');
    expect(graphicsOf({ TERM: 'xterm-ghostty' })).toBe('kitty');
    expect(graphicsOf({ TERM_PROGRAM: 'iTerm.app' })).toBe('iterm2');
    expect(graphicsOf({ TERM: 'xterm-256color' })).toBeUndefined();
    expect(graphicsOf({ TERM: 'tmux-256color', KITTY_WINDOW_ID: '1' })).toBeUndefined();
    expect(graphicsOf({ TERM: 'xterm-kitty', TMUX: '/tmp/x' })).toBeUndefined();
  });

  it('sends the whole file in messages of 4096 characters and puts the cursor back', () => {
    const png = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251);
    const text = draw('kitty', { png, width: 600, height: 800 }, frame);
    const messages = [...text.matchAll(/\u001b_G([^;]*);([^\u001b]*)\u001b\\/g)];
    expect(messages.map(([, , data]) => data!.length <= 4096)).not.toContain(false);
    expect(messages.map(([, keys]) => /m=(\d)/.exec(keys!)![1])).toEqual(['1', '1', '1', '0']);
    expect(Buffer.from(messages.map(([, , data]) => data).join(''), 'base64')).toEqual(Buffer.from(png));
    expect(text).toMatch(/^\u001b7\u001b\[20A\u001b\[42G/);
    expect(text.endsWith('\u001b8')).toBe(true);
    expect(erase('kitty')).toContain('a=d');
    const other = draw('iterm2', { png, width: 600, height: 800 }, frame);
    expect(Buffer.from(/:([^:\u0007]*)\u0007/.exec(other)![1]!, 'base64')).toEqual(Buffer.from(png));
  });

  it('keeps the shape of the page inside its frame', () => {
    const of = (width: number, height: number) => fitted({ png: new Uint8Array(), width, height }, frame);
    expect(of(600, 800)).toEqual({ columns: 29, rows: 19 });
    expect(of(1600, 400)).toEqual({ columns: 38, rows: 5 });
    expect(of(1, 5000)).toEqual({ columns: 1, rows: 19 });
    const { column, columns, up, rows } = pageFrame({ columns: 100, rows: 30 });
    expect([column + columns <= 101, up, rows]).toEqual([true, 27, 26]);
  });
});
