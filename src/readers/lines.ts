import { decodePieces, type Encoding } from './decode.ts';

/** A longer line is handed out in parts. */
export const LONGEST_LINE = 65_536;

/** The lines of a file with their line ends; concatenated they are the decoded file. */
export function* lines(bytes: Uint8Array, encoding?: Encoding): Generator<string> {
  let rest = '';
  for (const piece of decodePieces(bytes, encoding)) {
    const text = rest + piece;
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      yield* parts(text.slice(at, end + 1));
      at = end + 1;
    }
    rest = text.slice(at);
    while (rest.length > LONGEST_LINE * 2) {
      const cut = cutBefore(rest, LONGEST_LINE);
      yield rest.slice(0, cut);
      rest = rest.slice(cut);
    }
  }
  if (rest !== '') yield* parts(rest);
}

function* parts(line: string): Generator<string> {
  let at = 0;
  while (line.length - at > LONGEST_LINE) {
    const cut = cutBefore(line, at + LONGEST_LINE);
    yield line.slice(at, cut);
    at = cut;
  }
  yield at === 0 ? line : line.slice(at);
}

/** Not between the halves of a surrogate pair. */
const cutBefore = (text: string, at: number) => ((text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at);
