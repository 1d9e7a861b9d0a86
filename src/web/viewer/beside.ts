import { type RefObject, useEffect } from 'react';
import { closePassage } from '../navigation.ts';

/** As wide as this, a passage lies over everything else. */
const NARROW = '(max-width: 64rem)';

/**
 * What a pane beside the rest owes the keyboard: the focus comes to its heading and goes back to where it was, Esc closes it, and what
 * it covers cannot be reached. `key`: what it shows.
 */
export function useBeside(heading: RefObject<HTMLElement | null>, key: string): void {
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const narrow = matchMedia(NARROW);
    const covered = () => {
      for (const part of document.querySelectorAll<HTMLElement>('main, .rail')) part.inert = narrow.matches;
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) closePassage();
    };
    covered();
    narrow.addEventListener('change', covered);
    addEventListener('keydown', pressed);
    return () => {
      narrow.removeEventListener('change', covered);
      removeEventListener('keydown', pressed);
      for (const part of document.querySelectorAll<HTMLElement>('main, .rail')) part.inert = false;
      before?.focus({ preventScroll: true });
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another passage is another reason to look
  useEffect(() => heading.current?.focus({ preventScroll: true }), [heading, key]);
}
