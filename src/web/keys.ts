import { type KeyboardEvent, useEffect } from 'react';

/** Where `/` goes. */
export const BOX = 'data-box';

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');

/** Keys that work anywhere but in a field and behind an open dialog. */
export function useShortcuts(help: () => void): void {
  useEffect(() => {
    const pressed = (event: globalThis.KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      if (event.key === '?') help();
      else if (event.key === '/') document.querySelector<HTMLElement>(`section:not([hidden]) [${BOX}]`)?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [help]);
}

/** Up and down through the elements with `data-row` in the list that has this handler. */
export function moveInList(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || event.target instanceof HTMLTextAreaElement) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at < 0 && step < 0 ? rows.length - 1 : at + step];
  if (!next) return;
  next.focus();
  event.preventDefault();
}

/** Down out of a box into the list below it. */
export function intoList(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown') return;
  const first = event.currentTarget.closest('section')?.querySelector<HTMLElement>('[data-row]');
  if (!first) return;
  first.focus();
  event.preventDefault();
}
