import CFB from 'cfb';

function compound(streams: Record<string, Buffer>): Uint8Array {
  const container = CFB.utils.cfb_new();
  for (const [name, content] of Object.entries(streams)) CFB.utils.cfb_add(container, `/${name}`, content);
  return new Uint8Array(CFB.write(container, { type: 'buffer' }) as Buffer);
}

/** A Word 97 file of two pieces, the first in one byte a character, the second in UTF-16, without paragraph formats. */
export function doc(first: string, second: string, flags = 0): Uint8Array {
  const main = Buffer.alloc(0x800 + first.length + second.length * 2);
  main.writeUInt16LE(0xa5ec, 0);
  main.writeUInt16LE(0xc1, 2);
  main.writeUInt16LE(flags, 0x0a);
  main.writeUInt32LE(first.length + second.length, 0x4c);
  main.write(first, 0x800, 'latin1');
  main.write(second, 0x800 + first.length, 'utf16le');
  const clx = Buffer.alloc(5 + 12 + 16);
  clx[0] = 2;
  clx.writeUInt32LE(28, 1);
  for (const [i, cp] of [0, first.length, first.length + second.length].entries()) clx.writeUInt32LE(cp, 5 + i * 4);
  clx.writeUInt32LE((0x800 * 2) | 0x40000000, 5 + 12 + 2);
  clx.writeUInt32LE(0x800 + first.length, 5 + 12 + 8 + 2);
  main.writeUInt32LE(0, 0x1a2);
  main.writeUInt32LE(clx.length, 0x1a6);
  return compound({ WordDocument: main, '0Table': clx });
}

function record(type: number, body: Buffer, version = 0, instance = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(version | (instance << 4), 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

const words = (...values: number[]) => {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) buffer.writeUInt32LE(value, i * 4);
  return buffer;
};

/** A PowerPoint 97 file: each slide has a title in the slide list and a text box of its own. */
export function ppt(slides: { title: string; box: string; hidden?: boolean }[]): Uint8Array {
  const list = slides.flatMap((slide, i) => [
    record(1011, words(i + 2, 0, 0, 256 + i, 0)),
    record(3999, words(0)),
    record(4000, Buffer.from(slide.title, 'utf16le')),
  ]);
  const parts = [record(1000, record(4080, Buffer.concat(list), 15, 0), 15)];
  for (const slide of slides) {
    const info = Buffer.alloc(16);
    info[10] = slide.hidden ? 4 : 0;
    const box = record(
      61453,
      Buffer.concat([record(3999, words(4)), record(4008, Buffer.from(slide.box, 'latin1'))]),
      15,
    );
    const title = record(61453, record(3998, words(0)), 15);
    parts.push(record(1006, Buffer.concat([record(1017, info), title, box]), 15));
  }
  const offsets: number[] = [];
  let at = 0;
  for (const part of parts) {
    offsets.push(at);
    at += part.length;
  }
  const directory = record(6002, words(1 | (parts.length << 20), ...offsets));
  const edit = record(4085, words(0, 0, 0, at, 1, 0, 0));
  const user = record(4086, words(20, 0xe391c05f, at + directory.length, 0, 0));
  return compound({ 'PowerPoint Document': Buffer.concat([...parts, directory, edit]), 'Current User': user });
}

/** An Outlook message: properties `tag + type → text`, attachments by name, and a message that is attached. */
export function msg(
  texts: Record<string, string>,
  files: Record<string, string> = {},
  attached?: Record<string, string>,
) {
  const streams: Record<string, Buffer> = { '__properties_version1.0': Buffer.alloc(32) };
  const text = (folder: string, all: Record<string, string>) => {
    for (const [tag, value] of Object.entries(all))
      streams[`${folder}__substg1.0_${tag}`] = Buffer.from(value, tag.endsWith('001F') ? 'utf16le' : 'latin1');
  };
  text('', texts);
  for (const [i, [name, content]] of Object.entries(files).entries())
    text(`__attach_version1.0_#0000000${i}/`, { '3707001F': name, '37010102': content });
  if (attached) {
    const folder = '__attach_version1.0_#0000000F/__substg1.0_3701000D/';
    streams[`${folder}__properties_version1.0`] = Buffer.alloc(24);
    text(folder, attached);
  }
  return compound(streams);
}
