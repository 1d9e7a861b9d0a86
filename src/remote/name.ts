import { createHash } from 'node:crypto';

const DIGEST_CHARS = 8;
const MAX_PART = 100;

/**
 * The source of what came from an address: `web/example.org/docs/a.html`. Equal addresses are one source, others are others: what the
 * path had to lose, and a query, are told apart by a digest.
 */
export function sourceOf(url: URL): string {
  const given = url.pathname.endsWith('/') ? `${url.pathname}index.html` : url.pathname;
  const parts = given.split('/').slice(1).map(plainPart);
  const kept = `/${parts.join('/')}`;
  const digest = createHash('sha256').update(url.href).digest('hex').slice(0, DIGEST_CHARS);
  if (kept !== given || url.search !== '') {
    const last = parts.pop()!;
    const dot = last.lastIndexOf('.');
    parts.push(dot > 0 ? `${last.slice(0, dot)}-${digest}${last.slice(dot)}` : `${last}-${digest}`);
  }
  return ['web', plainPart(url.hostname), ...parts].join('/');
}

function plainPart(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch {}
  const safe = text
    .replace(/[\u0000-\u001f\u007f-\u009f\\/<>:"|?*\p{Surrogate}]/gu, '_')
    .replace(/^\.+/, '_')
    .replace(/[. ]+$/, '_');
  return [...safe].slice(-MAX_PART).join('') || '_';
}
