/** How a terminal draws images: https://sw.kovidgoyal.net/kitty/graphics-protocol, https://iterm2.com/documentation-images.html */
export type Graphics = 'kitty' | 'iterm2';

/** A picture, and its size in pixels. */
export interface Picture {
  png: Uint8Array;
  width: number;
  height: number;
}

/** Where on the screen: lines above the cursor, column from 1, and the cells it may take. */
export interface Frame {
  up: number;
  column: number;
  columns: number;
  rows: number;
}

/** A cell is about twice as high as wide. */
const CELL = 2;
/** Base64 characters of one of kitty's messages. */
const PIECE = 4096;

/** Undefined where images are not known to work, inside tmux and screen too. */
export function graphicsOf(env: Record<string, string | undefined>): Graphics | undefined {
  const { TERM = '', TERM_PROGRAM = '' } = env;
  if (env.TMUX || /^(tmux|screen)/.test(TERM)) return undefined;
  if (env.KITTY_WINDOW_ID || /kitty|ghostty/.test(TERM) || /^(ghostty|WezTerm)$/i.test(TERM_PROGRAM)) return 'kitty';
  return TERM_PROGRAM === 'iTerm.app' ? 'iterm2' : undefined;
}

/** Draws into the frame and puts the cursor back. */
export function draw(kind: Graphics, picture: Picture, frame: Frame): string {
  const { columns, rows } = fitted(picture, frame);
  const data = Buffer.from(picture.png).toString('base64');
  const place = `\u001b7\u001b[${frame.up}A\u001b[${frame.column}G`;
  if (kind === 'iterm2')
    return `${place}\u001b]1337;File=inline=1;size=${picture.png.length};width=${columns};height=${rows};doNotMoveCursor=1:${data}\u0007\u001b8`;
  let messages = '';
  for (let at = 0; at < data.length; at += PIECE) {
    const more = at + PIECE < data.length ? 1 : 0;
    const keys = at === 0 ? `a=T,f=100,i=1,p=1,q=2,C=1,c=${columns},r=${rows},m=${more}` : `m=${more}`;
    messages += `\u001b_G${keys};${data.slice(at, at + PIECE)}\u001b\\`;
  }
  return `${place}${messages}\u001b8`;
}

/** Takes it away; iTerm2's images go with the text they stand in. */
export const erase = (kind: Graphics): string => (kind === 'kitty' ? '\u001b_Ga=d,d=I,i=1,q=2\u001b\\' : '');

/** The largest size of the frame in which the picture keeps its shape. */
export function fitted(picture: Picture, { columns, rows }: Frame): { columns: number; rows: number } {
  const wanted = (rows * CELL * picture.width) / picture.height;
  if (wanted <= columns) return { columns: Math.max(1, Math.round(wanted)), rows };
  return { columns, rows: Math.max(1, Math.round((columns * picture.height) / picture.width / CELL)) };
}
