import type { Key as InkKey } from 'ink';
import type { Key } from './state.ts';

const NAMED = [
  ...(['return', 'tab', 'escape', 'backspace', 'home', 'end'] as const).map((name) => [name, name] as const),
  ...(['up', 'down', 'left', 'right'] as const).map((name) => [`${name}Arrow`, name] as const),
  // Terminals send 0x7f for the backspace key, which Ink calls `delete`.
  ...([
    ['pageUp', 'pageup'],
    ['pageDown', 'pagedown'],
    ['delete', 'backspace'],
  ] as const),
] as readonly (readonly [keyof InkKey, Key['name']])[];

const SINGLE: Record<string, Key> = {
  '\r': { name: 'return' },
  '\n': { name: 'ctrl', text: 'j' },
  '\t': { name: 'tab' },
  '\u007f': { name: 'backspace' },
};

/** What Ink hears → keys. Keeps in mind whether a bracketed paste is under way. */
export function keyReader(): (input: string, pressed: InkKey) => Key[] {
  let pasting = false;
  return (input, pressed) => {
    if (input === '[200~' || input === '[201~') {
      pasting = input === '[200~';
      return [];
    }
    if (pasting) return [{ name: 'text', text: input || (pressed.return ? '\n' : pressed.tab ? '\t' : '') }];
    if (pressed.return && (pressed.meta || pressed.shift)) return [{ name: 'ctrl', text: 'j' }];
    const named = NAMED.find(([flag]) => pressed[flag] === true);
    if (named) return [{ name: named[1] }];
    if (pressed.ctrl) return [{ name: 'ctrl', text: input }];
    // Several keys at once: typed faster than they were read.
    return input.split(/([\u0001-\u001a\u007f])/).flatMap((part) => (part === '' ? [] : single(part)));
  };
}

function single(part: string): Key {
  const code = part.charCodeAt(0);
  const control = part.length === 1 && code <= 26;
  return (
    SINGLE[part] ?? (control ? { name: 'ctrl', text: String.fromCharCode(code + 96) } : { name: 'text', text: part })
  );
}
