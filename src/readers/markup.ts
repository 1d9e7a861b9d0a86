import type { Kind } from '../types.ts';
import { lineSections } from './line-sections.ts';
import { lines } from './lines.ts';
import type { Reader } from './reader.ts';

/** What a line means, given the lines before and after it, without line ends. */
interface Mark {
  /** The document's title, where it is not the first heading. */
  title?: string;
  heading?: { level: number; text: string };
  /** A block of another kind starts here. */
  begins?: { kind: Kind; until(line: string): boolean };
}

type Syntax = () => (line: string, before: string, after: string) => Mark | undefined;

/** Files in a light markup, as they stand: cut at headings and blocks of code or tables. */
function markupReader(syntax: Syntax): Reader {
  return async function* readMarkup(bytes, options) {
    const sections = lineSections();
    const path: { level: number; text: string }[] = [];
    const read = syntax();
    let until: ((line: string) => boolean) | undefined;
    let before = '';
    const bare = (line: string) => line.replace(/[\r\n]+$/, '');
    const heading = () => path.map((entry) => entry.text);
    const add = (source: string, after: string) => {
      const line = bare(source);
      if (until) {
        sections.add(source);
        if (!until(line)) return;
        until = undefined;
        sections.start({ heading: heading() });
        return;
      }
      const mark = read(line, before, bare(after));
      if (mark?.title) sections.title(mark.title);
      if (mark?.heading) {
        const { level, text } = mark.heading;
        while (path.length > 0 && path.at(-1)!.level >= level) path.pop();
        path.push({ level, text });
        if (path.length === 1) sections.title(text);
        sections.start({ heading: heading() });
      } else if (mark?.begins) {
        sections.start({ heading: heading(), kind: mark.begins.kind });
        until = mark.begins.until;
      }
      sections.add(source);
      before = line;
    };
    let held: string | undefined;
    for (const line of lines(bytes)) {
      if (held !== undefined) add(held, line);
      held = line;
      for (const section of sections.take()) {
        options.signal?.throwIfAborted();
        yield section;
      }
    }
    if (held !== undefined) add(held, '');
    yield* sections.finish();
  };
}

/** reStructuredText: the order in which adornments appear is their depth. */
export const readRst = markupReader(() => {
  const styles: string[] = [];
  let overlined = '';
  return (line, before, after) => {
    const rule = /^([=\-`:'"~^_*+#<>.])\1{2,}\s*$/;
    const style = rule.exec(after)?.[1];
    if (rule.test(line)) {
      // An overline: the heading starts here.
      const opens =
        after.trim() !== '' && !rule.test(after) && before.trim() === '' && overlined === '' && /^\s/.test(after);
      if (opens) overlined = rule.exec(line)![1]!;
      return undefined;
    }
    const text = line.trim();
    if (style === undefined || text === '' || after.trim().length < Math.min(text.length, 4)) return undefined;
    if (/^\s/.test(line) && overlined === '') return undefined;
    const key = `${overlined}${style}`;
    overlined = '';
    if (!styles.includes(key)) styles.push(key);
    return { heading: { level: styles.indexOf(key) + 1, text } };
  };
});

export const readAsciidoc = markupReader(() => (line) => {
  const [, marks, text] = /^(={1,6}|#{1,6})\s+(\S.*?)\s*$/.exec(line) ?? [];
  if (marks && text) return { heading: { level: marks.length, text } };
  if (/^(-{4,}|\.{4,}|```\w*)$/.test(line))
    return { begins: { kind: 'code', until: (next) => next === line.replace(/\w+$/, '') } };
  if (/^[|,:!]={3,}$/.test(line)) return { begins: { kind: 'table', until: (next) => next === line } };
  return undefined;
});

export const readOrg = markupReader(() => (line) => {
  const [, stars, text] = /^(\*+)\s+(?:(?:TODO|DONE)\s+)?(.*?)(?:\s+:[\w:@]+:)?\s*$/.exec(line) ?? [];
  if (stars && text) return { heading: { level: stars.length, text } };
  const block = /^\s*#\+begin_(src|example)/i.exec(line)?.[1];
  if (block) return { begins: { kind: 'code', until: (next) => new RegExp(`^\\s*#\\+end_${block}`, 'i').test(next) } };
  return undefined;
});

const TEX_LEVELS = ['part', 'chapter', 'section', 'subsection', 'subsubsection', 'paragraph'];

export const readTex = markupReader(() => (line) => {
  const title = /^\s*\\title\{(.+?)\}/.exec(line)?.[1];
  if (title) return { title: bareTex(title) };
  const [, name, text] =
    /^\s*\\(part|chapter|section|subsection|subsubsection|paragraph)\*?\s*(?:\[[^\]]*\])?\{(.+?)\}/.exec(line) ?? [];
  if (name && text) return { heading: { level: TEX_LEVELS.indexOf(name) + 1, text: bareTex(text) } };
  const block = /^\s*\\begin\{(verbatim|lstlisting|minted|tabular|tabularx|longtable)\*?\}/.exec(line)?.[1];
  if (!block) return undefined;
  const kind = block.startsWith('tab') || block === 'longtable' ? 'table' : 'code';
  return { begins: { kind, until: (next) => next.includes(`\\end{${block}`) } };
});

const bareTex = (text: string) => text.replace(/\\[a-z]+\s*|[{}$]/gi, '').trim();
