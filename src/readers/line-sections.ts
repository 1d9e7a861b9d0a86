import type { Kind, Section } from '../types.ts';

/** The most a section holds; cuts fall on line ends. */
export const SECTION_CAP = 65_536;

export interface LineSections {
  /** Ends the section before the next line; what follows has this heading path, kind and header. */
  start(next: { heading?: readonly string[]; kind?: Kind; header?: string }): void;
  add(line: string): void;
  /** The document's title, for the first section handed out from now on. */
  title(text: string): void;
  take(): Section[];
  finish(): Section[];
}

/** Gathers the lines of a text file into sections with line numbers, losing and adding nothing. */
export function lineSections(cap = SECTION_CAP): LineSections {
  const done: Section[] = [];
  let current: { heading?: readonly string[]; kind?: Kind; header?: string } = {};
  let text = '';
  let first = 1;
  let line = 1;
  let title: string | undefined;
  let titled = false;
  const flush = () => {
    if (text === '') return;
    const section: Section = {
      locator: { ...(current.heading?.length ? { heading: [...current.heading] } : {}), line: first },
      text,
    };
    if (current.kind) section.kind = current.kind;
    if (current.header !== undefined) section.header = current.header;
    if (title !== undefined) section.title = title;
    title = undefined;
    done.push(section);
    text = '';
  };
  return {
    start(next) {
      flush();
      current = next;
    },
    add(value) {
      if (text.length + value.length > cap) flush();
      if (text === '') first = line;
      text += value;
      if (value.endsWith('\n')) line++;
    },
    title(value) {
      if (!titled) title = value;
      titled = true;
    },
    take: () => (done.length > 0 ? done.splice(0) : done),
    finish() {
      flush();
      return done.splice(0);
    },
  };
}
