// The development stack's two programs: `build` bundles again whenever src/ changes, `page` is Vite's server with the API behind it.
import { watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

async function build() {
  const { bundle } = await import('../src/build/bundle.mjs');
  let changed = Promise.resolve();
  let timer;
  const again = () => {
    changed = changed.then(() =>
      bundle({ minify: false }).then(
        () => writeFileSync('/tmp/built', ''),
        (error) => console.error(error.message),
      ),
    );
  };
  again();
  watch(join(root, 'src'), { recursive: true }, (_event, name) => {
    if (name?.startsWith('web/')) return;
    clearTimeout(timer);
    timer = setTimeout(again, 100);
  });
}

async function page() {
  const { createServer } = await import('vite');
  const target = process.env.API ?? 'http://api:8000';
  const server = await createServer({
    ...{ root: join(root, 'src/web'), configFile: false, cacheDir: '/tmp/vite' },
    server: { host: '0.0.0.0', port: 3000, strictPort: true, proxy: { '/api': target, '/v1': target, '/docs': target, '/openapi.json': target } },
  });
  await server.listen();
  server.printUrls();
}

await { build, page }[process.argv[2]]();
