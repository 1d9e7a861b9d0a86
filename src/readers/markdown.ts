import type { Section } from '../types.ts';
import { lineSections } from './line-sections.ts';
import { lines } from './lines.ts';
import type { ReadOptions } from './reader.ts';

const FENCE = /^ {0,3}(`{3,}(?!.*`)|~{3,})/;
const ATX = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const SETEXT = /^ {0,3}(=+|-+)[ \t]*$/;
const TABLE_RULE = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** Markdown as it stands in the file, cut at headings, fences and pipe tables; the front matter's title is the document's. */
export async function* readMarkdown(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const sections = lineSections();
  const path: { level: number; text: string }[] = [];
  let fence = '';
  let frontMatter = false;
  let table = false;
  let number = 0;
  // A setext rule and a table rule make a heading or table of the line before, so one line is held back.
  let held: string | undefined;
  const heading = () => path.map((entry) => entry.text);
  const enter = (level: number, text: string) => {
    while (path.length > 0 && path.at(-1)!.level >= level) path.pop();
    path.push({ level, text: plain(text) });
    if (level === 1) sections.title(plain(text));
    sections.start({ heading: heading() });
  };
  const release = () => {
    if (held !== undefined) sections.add(held);
    held = undefined;
  };
  const line = (source: string) => {
    number++;
    const text = source.replace(/[\r\n]+$/, '');
    if (number === 1 && text === '---') frontMatter = true;
    else if (frontMatter) {
      const title = /^title:\s*["']?(.*?)["']?\s*$/.exec(text)?.[1];
      if (title) sections.title(title);
      if (/^(---|\.\.\.)\s*$/.test(text)) frontMatter = false;
    } else if (fence !== '') {
      release();
      sections.add(source);
      if (closes(text, fence)) {
        fence = '';
        sections.start({ heading: heading() });
      }
      return;
    } else if (FENCE.test(text)) {
      release();
      fence = FENCE.exec(text)![1]!;
      table = false;
      sections.start({ heading: heading(), kind: 'code' });
    } else if (ATX.test(text)) {
      release();
      table = false;
      const [, marks, title] = ATX.exec(text)!;
      if (title) enter(marks!.length, title);
    } else if (held !== undefined && SETEXT.test(text) && isParagraph(held) && !held.includes('|')) {
      const title = held;
      enter(text.trim().startsWith('=') ? 1 : 2, title);
      release();
    } else if (held?.includes('|') && text.includes('-') && TABLE_RULE.test(text) && !table) {
      table = true;
      sections.start({ heading: heading(), kind: 'table', header: held.trim() });
      release();
    } else if (table && !text.includes('|')) {
      table = false;
      release();
      sections.start({ heading: heading() });
    }
    release();
    held = source;
  };
  for (const source of lines(bytes)) {
    line(source);
    for (const section of sections.take()) {
      options.signal?.throwIfAborted();
      yield section;
    }
  }
  release();
  yield* sections.finish();
}

const closes = (text: string, fence: string) => new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \t]*$`).test(text);

const isParagraph = (line: string) =>
  line.trim() !== '' && !/^ {0,3}([-*+>]|\d+[.)])\s/.test(line) && !ATX.test(line.trimEnd());

/** A heading without its marks: emphasis, code, links, anchors. */
export function plain(text: string): string {
  // What is code stands for itself: `<scrape_config>` is no tag, `__init__` not bold.
  const code: string[] = [];
  return text
    .replace(/(`+)(.+?)\1(?!`)/g, (_, _ticks, inner: string) => `\u0000${code.push(inner.trim()) - 1}\u0000`)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s*\{#[^}]*\}\s*$/, '')
    .replace(/(?<!\\)<[^>]+>/g, '')
    .replace(/(\*\*|__|`)/g, '')
    .replace(/(^|\W)[*_]([^*_]+)[*_](?=\W|$)/g, '$1$2')
    .replace(/\\([^\w\s])/g, '$1')
    .replace(/\u0000(\d+)\u0000/g, (_, i: string) => code[Number(i)]!)
    .trim();
}
