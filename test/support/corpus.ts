import { put } from './rag.ts';
import { random } from './random.ts';

const ENGLISH =
  'backup restore index query shard replica latency storage network kernel memory thread socket buffer ledger journal ticket invoice walrus penguin harbour lantern copper violet'.split(
    ' ',
  );
const CHINESE =
  '备份 恢复 索引 查询 分片 副本 延迟 存储 网络 内核 内存 线程 缓冲 日志 账单 发票 海象 企鹅 港口 灯笼'.split(' ');

/** `count` documents of a few paragraphs in both languages, deterministic. */
export function writeCorpus(dir: string, count: number, seed = 1): void {
  const next = random(seed);
  const pick = (words: string[]) => words[Math.floor(next() * words.length)]!;
  for (let i = 0; i < count; i++) {
    const paragraphs = Array.from({ length: 2 + Math.floor(next() * 4) }, () =>
      next() < 0.5
        ? `${Array.from({ length: 30 }, () => pick(ENGLISH)).join(' ')}.`
        : `${Array.from({ length: 20 }, () => pick(CHINESE)).join('')}。`,
    );
    put(dir, `${i % 7}/doc-${i}.md`, `# ${pick(ENGLISH)} ${i}\n\n${paragraphs.join('\n\n')}\n`);
  }
}

/** Questions over such a corpus, as a batch file holds them. */
export function questions(count: number): string {
  const next = random(99);
  const lines = Array.from({ length: count }, (_, i) => {
    const words = i % 2 ? CHINESE : ENGLISH;
    const text = Array.from({ length: 3 }, () => words[Math.floor(next() * words.length)]).join(' ');
    return JSON.stringify({ id: i, text });
  });
  return `${lines.join('\n')}\n`;
}
