import { scanPart } from './parts.ts';
import { openZip, type Zip } from './zip.ts';

const OLE2 = [0xd0, 0xcf, 0x11, 0xe0];

/** Opens an OOXML container. A password turns it into an OLE2 file, whatever its name. */
export async function openOffice(bytes: Uint8Array, password?: string): Promise<Zip> {
  if (!OLE2.every((byte, index) => bytes[index] === byte)) return openZip(bytes);
  const { decryptOffice } = await import('./office-crypt.ts');
  return openZip(decryptOffice(bytes, password));
}

/** `dc:title` of the core properties. */
export const coreTitle = (zip: Zip): string | undefined => coreTitleOf(zip, 'docProps/core.xml');

/** The `title` element of a part with metadata. */
export function coreTitleOf(zip: Zip, part: string): string | undefined {
  let title = '';
  let inside = false;
  scanPart(zip, part, {
    open(name) {
      inside = name === 'title';
    },
    close() {
      inside = false;
    },
    text(text) {
      if (inside) title += text;
    },
  });
  return title.trim() || undefined;
}

/** A table row as one line. Trailing empty cells say nothing. */
export function rowLine(cells: readonly string[]): string {
  let length = cells.length;
  while (length > 0 && cells[length - 1] === '') length--;
  return cells.slice(0, length).join(' | ');
}

/** The text of a cell on one line. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
