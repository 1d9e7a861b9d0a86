// The vocabulary of tokenizer.json as a trie that src/models/builtin/tokenizer.ts uses in place, without parsing.
// Little-endian; nodes in breadth-first order, so the children of node n are first[n] … first[n + 1] - 1, sorted by unit:
//   header  4 x i32: magic, nodes, pieces, lowest score x 10,000
//   first   i32 x (nodes + 1)
//   roots   i32 x 65,536: child of the root for each UTF-16 unit, 0 for none
//   scores  i32 x pieces, x 10,000: the file has four decimals, so score / 10,000 gives the very same double
//   units   u16 x nodes: the UTF-16 unit that leads to the node
//   pieces  u16 x nodes: the piece that ends here, 0 for none

const MAGIC = 0x31544535; // "5ET1"
const SCALE = 10_000;
/** <s>, <pad>, </s> and <unk> never come out of text. */
const SPECIAL = 4;

function growTree(vocabulary) {
  const root = { piece: 0, children: new Map() };
  let nodes = 1;
  vocabulary.forEach(([text], piece) => {
    if (piece < SPECIAL) return;
    let node = root;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      let child = node.children.get(unit);
      if (child === undefined) {
        child = { piece: 0, children: new Map() };
        node.children.set(unit, child);
        nodes++;
      }
      node = child;
    }
    node.piece = piece;
  });
  return { root, nodes };
}

function scale(score) {
  const scaled = Math.round(score * SCALE);
  if (scaled / SCALE !== score) throw new Error(`score ${score} has more than four decimals`);
  return scaled;
}

/** @param {Buffer} json bytes of tokenizer.json @returns {Buffer} e5tok.bin */
export function packTrie(json) {
  const { vocab, unk_id, byte_fallback, type } = JSON.parse(json.toString('utf8')).model;
  if (type !== 'Unigram' || byte_fallback === true || unk_id !== 3)
    throw new Error('not the Unigram model expected here');
  const { root, nodes } = growTree(vocab);
  const first = new Int32Array(nodes + 1);
  const roots = new Int32Array(65_536);
  const units = new Uint16Array(nodes);
  const pieces = new Uint16Array(nodes);
  const queue = [root];
  for (let n = 0; n < queue.length; n++) {
    first[n] = queue.length;
    pieces[n] = queue[n].piece;
    for (const unit of [...queue[n].children.keys()].sort((a, b) => a - b)) {
      if (n === 0) roots[unit] = queue.length;
      units[queue.length] = unit;
      queue.push(queue[n].children.get(unit));
    }
  }
  first[nodes] = nodes;
  const scores = Int32Array.from(vocab, ([, score]) => scale(score));
  const lowest = scores.reduce((a, b) => Math.min(a, b));
  const header = Int32Array.of(MAGIC, nodes, vocab.length, lowest);
  return Buffer.concat([header, first, roots, scores, units, pieces].map((part) => Buffer.from(part.buffer)));
}
