import type { Handler } from 'htmlparser2';
import { oneLine, rowLine } from './office.ts';
import { ReadError } from './reader.ts';
import type { SectionWriter } from './section-writer.ts';

/** `main`: only what the page marks as content; `page`: all but navigation and the like; `all`: whatever is text. */
export type Scope = 'main' | 'page' | 'all';

const NEVER = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'iframe',
  'object',
  'select',
  'button',
  'textarea',
  'canvas',
  'math-annotation',
]);
const AROUND = new Set(['nav', 'footer', 'aside', 'dialog', 'menu']);
const AROUND_ROLE = /^(navigation|banner|contentinfo|search|complementary|dialog|menu)$/;
const AROUND_CLASS =
  /(?:^|\s)(?:nav|navbar|navheader|navfooter|navigation|breadcrumbs?|sidebar|site-header|site-footer|page-footer|skip-link|headerlink|cookie-?\w*|menu|pagination)(?:\s|$)/i;
const BLOCK = new Set(
  'address article blockquote center dd details div dl dt fieldset figcaption figure form header hr li main ol p section summary ul body caption br'.split(
    ' ',
  ),
);
const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

/** Elements within each other; the parser's time grows with the square of it. A browser stops at 512, but lets end tags be missing. */
export const MOST_NESTED = 20_000;

interface Table {
  rows: string[];
  cells: string[];
  header: string | undefined;
  heads: boolean;
  /** A table with a table or heading in it arranges the page; its cells are ordinary text. */
  layout: boolean;
}

/** Parser events in, blocks out to the writer: headings, paragraphs, list items, preformatted text, tables. */
export function htmlEvents(writer: SectionWriter, scope: Scope): Partial<Handler> {
  const open: { name: string; skipped: boolean; main: boolean }[] = [];
  const tables: Table[] = [];
  let skipped = 0;
  let main = 0;
  let text = '';
  let pre = 0;
  let list = 0;
  let level = 0;
  let title: string | undefined;

  const visible = () => skipped === 0 && (scope !== 'main' || main > 0);
  const flush = () => {
    const block = pre > 0 ? text.replace(/^\n|\s+$/g, '') : oneLine(text);
    text = '';
    if (block === '') return;
    if (level > 0) {
      if (level === 1) writer.title(block);
      writer.heading(level, block);
    } else if (pre > 0) writer.code(block);
    else writer.paragraph(list > 0 ? `- ${block}` : block);
  };
  /** A cell's text stays in `text` until the cell ends; elsewhere a block ends here. */
  const boundary = () => {
    const table = tables.at(-1);
    if (!table || table.layout) flush();
    else if (!/\s$/.test(text)) text += ' ';
  };
  const toLayout = (table: Table) => {
    if (table.layout) return;
    table.layout = true;
    for (const row of table.rows) writer.paragraph(row);
    for (const cell of table.cells) if (cell !== '') writer.paragraph(cell);
    table.rows = [];
    table.cells = [];
    flush();
  };
  const closeTable = () => {
    const table = tables.pop();
    if (!table) return;
    if (table.layout) flush();
    else if (table.rows.length > 0) writer.table(table.rows, table.header);
  };

  const enter = (name: string) => {
    const heading = /^h([1-6])$/.exec(name)?.[1];
    if (heading) {
      for (const table of tables) toLayout(table);
      flush();
      level = Number(heading);
    } else if (name === 'table') {
      for (const table of tables) toLayout(table);
      flush();
      tables.push({ rows: [], cells: [], header: undefined, heads: true, layout: false });
    } else if (name === 'tr') {
      if (tables.length > 0) tables.at(-1)!.cells = [];
      if (tables.length > 0) tables.at(-1)!.heads = true;
    } else if (name === 'td' || name === 'th') {
      const table = tables.at(-1);
      if (table && !table.layout) {
        text = '';
        if (name === 'td') table.heads = false;
      } else flush();
    } else if (name === 'pre') {
      boundary();
      if (tables.length === 0 || tables.at(-1)!.layout) pre++;
    } else if (BLOCK.has(name)) {
      if (name === 'br' && pre > 0) text += '\n';
      else boundary();
      if (name === 'li') list++;
    }
  };
  const leave = (name: string) => {
    const table = tables.at(-1);
    if (/^h[1-6]$/.test(name)) {
      flush();
      level = 0;
    } else if (name === 'table') closeTable();
    else if ((name === 'td' || name === 'th') && table) {
      if (table.layout) flush();
      else table.cells.push(oneLine(text));
      if (!table.layout) text = '';
    } else if (name === 'tr' && table && !table.layout) {
      const line = rowLine(table.cells);
      if (line !== '') table.rows.push(line);
      if (line !== '' && table.rows.length === 1 && table.heads) table.header = line;
      table.cells = [];
    } else if (name === 'pre') {
      if (pre > 0) {
        flush();
        pre--;
      }
    } else if (BLOCK.has(name)) {
      boundary();
      if (name === 'li' && list > 0) list--;
    }
  };

  return {
    onopentag(name, attributes) {
      if (name === 'title' && title === undefined) title = '';
      const skip =
        NEVER.has(name) ||
        name === 'head' ||
        (scope !== 'all' && isAround(name, attributes, open.length > 0 && main > 0));
      const isMain = name === 'main' || attributes.role === 'main';
      if (open.length >= MOST_NESTED) {
        flush();
        throw new ReadError('too_large', `nested ${MOST_NESTED} deep`);
      }
      if (!VOID.has(name)) open.push({ name, skipped: skip, main: isMain });
      if (skip && !VOID.has(name)) skipped++;
      if (isMain) main++;
      if (visible()) enter(name);
    },
    onclosetag(name) {
      const top = open.at(-1);
      if (visible()) leave(name);
      if (VOID.has(name) || top?.name !== name) return;
      open.pop();
      if (name === 'title' && title?.trim()) {
        writer.title(oneLine(title));
        title = ' ';
      }
      if (top.skipped) skipped--;
      if (top.main) {
        if (visible()) flush();
        main--;
      }
    },
    ontext(data) {
      if (open.at(-1)?.name === 'title' && open.at(-2)?.name === 'head') title += data;
      else if (visible()) text += data;
    },
    onend() {
      while (tables.length > 0) closeTable();
      flush();
    },
  };
}

function isAround(name: string, attributes: Record<string, string>, inMain: boolean): boolean {
  if (attributes.hidden !== undefined || attributes['aria-hidden'] === 'true') return true;
  if (/display\s*:\s*none/i.test(attributes.style ?? '')) return true;
  if (name === 'body' || name === 'html' || name === 'main' || name === 'article') return false;
  // An article may have a note or a footer of its own.
  if (AROUND.has(name) && !(inMain && name !== 'nav' && name !== 'dialog')) return true;
  return AROUND_ROLE.test(attributes.role ?? '') || AROUND_CLASS.test(attributes.class ?? '');
}
