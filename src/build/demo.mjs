// `npm run demo`: a fresh clone answers one English and one Chinese question about examples/, with citations.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ready, root, run } from './ready.mjs';

ready();
const home = mkdtempSync(join(tmpdir(), 'rag-demo-'));
cpSync(join(root, 'examples'), join(home, 'examples'), { recursive: true });
const rag = (...args) => {
  console.log(`\n$ rag ${args.map((arg) => (/[^\w./-]/.test(arg) ? `"${arg}"` : arg)).join(' ')}`);
  run(process.execPath, [join(root, 'bin/rag.js'), ...args], { cwd: home });
};
try {
  rag('ingest', 'examples');
  rag('query', 'How long are backups kept?');
  rag('query', '出差住宿每晚最多可以报销多少钱？', '--lang', 'zh');
} finally {
  rmSync(home, { recursive: true, force: true });
}
console.log('\nYour own documents:  npm link  &&  cd your-folder  &&  rag ingest .  &&  rag query "…"');
