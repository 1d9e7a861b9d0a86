import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Context as HonoContext } from 'hono';
import { RagError } from '../errors.ts';
import { packageRoot } from '../root.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Everything from here, nothing inline; pages of PDFs are drawn from memory. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

/** Names of assets carry a hash of their content. */
const FOREVER = 'public, max-age=31536000, immutable';

/** What anyone may fetch: the page without any data. */
export function isPage(path: string): boolean {
  return path === '/' || path.startsWith('/assets/');
}

/** Serves dist/web, which is read at the first request and kept: some hundred kilobytes. */
export function openPage(): (http: HonoContext) => Response {
  let files: Map<string, Buffer> | undefined;
  return (http) => {
    files ??= readPage(join(packageRoot(), 'dist/web'));
    const name = http.req.path === '/' ? '/index.html' : http.req.path;
    const content = files.get(name);
    if (content === undefined)
      throw new RagError('not_found', `no ${http.req.path} in the web page`, {
        hint: 'npm run build makes the page; in an open one, load it again',
        zh: `网页中没有 ${http.req.path}`,
        zhHint: 'npm run build 会生成网页；已打开的请重新加载',
      });
    return http.body(new Uint8Array(content), 200, {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'cache-control': name === '/index.html' ? 'no-cache' : FOREVER,
    });
  };
}

function readPage(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  try {
    files.set('/index.html', readFileSync(join(folder, 'index.html')));
    for (const name of readdirSync(join(folder, 'assets')))
      files.set(`/assets/${name}`, readFileSync(join(folder, 'assets', name)));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
  return files;
}
