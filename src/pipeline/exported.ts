import { RagError } from '../errors.ts';
import type { Checkable } from './verify.ts';

export interface Exported {
  citations: Checkable[];
  unsupported: string[];
}

/** How an answer saved as Markdown carries its citations: unseen on the page, and readable here. */
const MARK = 'rag:citations';

export function markdownCitations(found: Exported): string {
  // JSON's own escape keeps a quote from ending the comment.
  return `<!-- ${MARK}\n${JSON.stringify(found).replaceAll('>', '\\u003e')}\n-->\n`;
}

/**
 * The citations of an answer that was saved: JSON of `rag query`, `rag chat` or a session, JSON lines of a batch, or Markdown that
 * `/export md` wrote. Throws RagError('usage') if there are none to be found.
 */
export function readExported(text: string, name: string): Exported {
  const found: Exported = { citations: [], unsupported: [] };
  const documents = text.includes(`<!-- ${MARK}`) ? commented(text) : lines(text);
  let any = false;
  for (const document of documents) any = collect(document, found) || any;
  if (!any)
    throw new RagError('usage', `${name} holds no citations`, {
      hint: 'save an answer with: rag query "…" --json > answer.json',
      zhHint: '请先保存回答：rag query "…" --json > answer.json',
      zh: `${name} 中没有引用`,
    });
  return found;
}

function commented(text: string): unknown[] {
  return [...text.matchAll(new RegExp(`<!-- ${MARK}\\n(.*?)\\n-->`, 'gs'))].map(([, json]) => parsed(json!));
}

function lines(text: string): unknown[] {
  const whole = parsed(text);
  return whole === undefined ? text.split('\n').filter(Boolean).map(parsed) : [whole];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Whether there was an answer in it, if one without citations. */
function collect(value: unknown, into: Exported): boolean {
  if (Array.isArray(value)) return value.reduce((any, item) => collect(item, into) || any, false);
  if (typeof value !== 'object' || value === null) return false;
  const { citations, unsupported, ...rest } = value as Record<string, unknown>;
  if (Array.isArray(citations)) {
    for (const citation of citations) into.citations.push(checkable(citation));
    if (Array.isArray(unsupported)) into.unsupported.push(...unsupported.filter((one) => typeof one === 'string'));
    return true;
  }
  return Object.values(rest).reduce<boolean>((any, item) => collect(item, into) || any, false);
}

function checkable(value: unknown): Checkable {
  const { source, quote, sha256, locator } = (value ?? {}) as Record<string, unknown>;
  const { start, end } = (locator ?? {}) as Record<string, unknown>;
  if (typeof source !== 'string' || typeof quote !== 'string' || typeof sha256 !== 'string')
    throw new RagError('usage', 'a citation without source, quote or sha256: this is no answer of rag');
  if (typeof start !== 'number' || typeof end !== 'number')
    throw new RagError('usage', `the citation of ${source} says not where it stands (locator.start, locator.end)`);
  return value as Checkable;
}
