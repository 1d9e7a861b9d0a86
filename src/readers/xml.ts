/** What a scan reports. Names are local: `w:p`, `a:p` and `p` are all `p`. */
export interface XmlEvents {
  /** `attributes` is the raw source between name and `>`; read it with `attribute()`. An empty element is opened and closed. */
  open(name: string, attributes: string): void;
  close(name: string): void;
  text(text: string): void;
}

export interface XmlScanner {
  push(piece: string): void;
  end(): void;
}

const MAX_HELD = 2 ** 20;

/**
 * A scanner for machine-written XML, fed piece by piece. Not a validating parser: no DTD, no entities but the five
 * predefined ones and character references, so nothing can be expanded or fetched.
 */
export function xmlScanner(events: XmlEvents): XmlScanner {
  let rest = '';
  const push = (piece: string) => {
    const source = rest === '' ? piece : rest + piece;
    rest = source.slice(scan(source, events));
  };
  return {
    push,
    end() {
      if (rest !== '' && !rest.startsWith('<')) events.text(unescapeXml(rest));
      rest = '';
    },
  };
}

/** Reports all complete tokens and returns where the incomplete rest starts. */
function scan(source: string, events: XmlEvents): number {
  let at = 0;
  for (;;) {
    const open = source.indexOf('<', at);
    if (open < 0) {
      // A text run without end must not be rescanned for ever: hand out all but a reference that may be cut.
      if (source.length - at < MAX_HELD) return at;
      const safe = Math.max(at, source.length - 16);
      events.text(unescapeXml(source.slice(at, safe)));
      return safe;
    }
    if (open > at) {
      events.text(unescapeXml(source.slice(at, open)));
      at = open;
    }
    const second = source.charCodeAt(open + 1);
    const end =
      second === 33 || second === 63 ? special(source, open, events) : tag(source, open, second === 47, events);
    if (end < 0) return at;
    at = end;
  }
}

/** Comment, CDATA, processing instruction or doctype. Returns the position behind it, or -1 if it is not complete. */
function special(source: string, open: number, events: XmlEvents): number {
  const until = (mark: string, from: number) => {
    const found = source.indexOf(mark, from);
    return found < 0 ? -1 : found + mark.length;
  };
  if (source.startsWith('<!--', open)) return until('-->', open + 4);
  if (source.startsWith('<![CDATA[', open)) {
    const end = until(']]>', open + 9);
    if (end > 0) events.text(source.slice(open + 9, end - 3));
    return end;
  }
  if (source.charCodeAt(open + 1) === 63) return until('?>', open + 2);
  if (source.length - open < 9) return -1;
  const end = until('>', open);
  const subset = source.indexOf('[', open);
  return subset > 0 && subset < end ? until(']>', subset) : end;
}

function tag(source: string, open: number, closing: boolean, events: XmlEvents): number {
  let end = source.indexOf('>', open + 1);
  while (end > 0 && !closing && insideQuotes(source, open, end)) end = source.indexOf('>', end + 1);
  if (end < 0) return -1;
  const empty = source.charCodeAt(end - 1) === 47;
  let at = open + (closing ? 2 : 1);
  let start = at;
  const stop = empty ? end - 1 : end;
  for (; at < stop; at++) {
    const code = source.charCodeAt(at);
    if (code === 58) start = at + 1;
    else if (code <= 32) break;
  }
  const name = source.slice(start, at);
  if (closing) events.close(name);
  else {
    events.open(name, at < stop ? source.slice(at, stop) : '');
    if (empty) events.close(name);
  }
  return end + 1;
}

/** A `>` may stand in an attribute value; then the text before it does not end in a closing quote. */
function insideQuotes(source: string, open: number, end: number): boolean {
  let at = end - 1;
  while (at > open && (source.charCodeAt(at) === 47 || source.charCodeAt(at) <= 32)) at--;
  const code = source.charCodeAt(at);
  if (code === 34 || code === 39) return source.charCodeAt(at - 1) === 61;
  const raw = source.slice(open, end);
  const quote = /["']/.exec(raw)?.[0];
  return quote !== undefined && raw.split(quote).length % 2 === 0;
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

export function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

/** The value of an attribute by its local name, in the raw source of a tag. */
export function attribute(source: string, name: string): string | undefined {
  let at = 0;
  for (;;) {
    at = source.indexOf(name, at);
    if (at < 0) return undefined;
    const before = source.charCodeAt(at - 1);
    let next = at + name.length;
    at = next;
    if (before !== 58 && !(before <= 32)) continue;
    while (source.charCodeAt(next) <= 32) next++;
    if (source.charCodeAt(next) !== 61) continue;
    do next++;
    while (source.charCodeAt(next) <= 32);
    const quote = source.charAt(next);
    const end = source.indexOf(quote, next + 1);
    return end < 0 ? undefined : unescapeXml(source.slice(next + 1, end));
  }
}
