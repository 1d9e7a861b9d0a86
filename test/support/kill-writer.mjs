// Puts, removes, embeds, merges and prunes in a home until it is killed; says on stdout what was committed, a line each.
// Run by test/e2e/kill-store.test.ts: node kill-writer.mjs BUNDLE DIR SEED
const [, , bundle, dir, seedText] = process.argv;
const { openWriter, documentOf, axis, random } = await import(bundle);
const seed = Number(seedText);
const next = random(seed);
const words = 'walrus penguin tea backup restore 数据库 备份 恢复 index query shard replica'.split(' ');
const text = () => Array.from({ length: 20 }, () => words[Math.floor(next() * words.length)]).join(' ');
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

// Every other writer merges in a thread of its own.
const worker = new URL('../../dist/workers/merge.js', import.meta.url);
const store = await openWriter(dir, seed % 2 === 0 ? {} : { merging: { worker, fewest: 1 } });
say({ opened: true });
for (let turn = 0; ; turn++) {
  const source = `${Math.floor(next() * 40)}.txt`;
  const dice = next();
  if (dice < 0.6) {
    const paragraphs = Array.from({ length: 1 + Math.floor(next() * 5) }, () => `${text()} v${seed}x${turn} `);
    say({ begin: source });
    await store.put([documentOf(source, paragraphs)]);
    say({ put: source, text: paragraphs.join('') });
  } else if (dice < 0.7) {
    say({ begin: source });
    await store.remove(source);
    say({ removed: source });
  } else if (dice < 0.8) {
    const { document, chunks } = documentOf(source, [`${text()} d${seed}x${turn} `, `${text()} `, text()]);
    const draft = await store.draft(document);
    await draft.add(chunks.slice(0, 2));
    await draft.add(chunks.slice(2));
    say({ begin: source });
    await draft.commit(document);
    say({ put: source, text: chunks.map((chunk) => chunk.text).join('') });
  } else if (dice < 0.92) {
    const vectors = new Map();
    for await (const { hash, text } of store.pending()) {
      vectors.set(hash, axis(text.length, 48, 0.2));
      if (vectors.size >= 8) break;
    }
    if (vectors.size > 0) await store.putVectors('m', 'test', vectors);
  } else if (dice < 0.96) await store.compact();
  else await store.prune();
}
