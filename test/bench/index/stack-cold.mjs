// A whole process of the usual stack: words, vectors, ten texts. node stack-cold.mjs DIR WORDS CHUNKS
import { vectorOf } from './data.mjs';
import { asker, openStack } from './sqlite.mjs';

const [, , dir, words, chunks] = process.argv;
const stack = openStack(dir);
const ask = asker(stack);
const ids = ask.text(words.split(' '));
if (stack.vectors) ids.push(...ask.int8(vectorOf(1, Number(chunks), true)));
const text = stack.db.prepare('SELECT text FROM chunks WHERE id = ?').pluck();
process.stdout.write(
  ids
    .slice(0, 10)
    .map((id) => text.get(id + 1))
    .join('\n'),
);
