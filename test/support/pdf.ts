export interface PdfPage {
  /** Lines from the top; none makes a page without text. */
  lines: string[];
  /** A JPEG in colour, as wide as the page. */
  scan?: { jpeg: Buffer; width: number; height: number };
}

/** A small PDF in Helvetica: one text object a line, and an outline of `title → page index`. */
export function pdf(pages: PdfPage[], outline: [string, number][] = [], extra = ''): Uint8Array {
  const objects: string[] = [];
  const add = (body: string) => objects.push(body);
  const pageId = (index: number) => 4 + index * 2;
  const outlineId = 4 + pages.length * 2;
  const scanned = pages.flatMap((page, index) => (page.scan ? [index] : []));
  const afterPages = outlineId + (outline.length > 0 ? outline.length + 1 : 0);
  const scanId = (index: number) => afterPages + scanned.indexOf(index);
  const marks = outline.length > 0 ? `/Outlines ${outlineId} 0 R` : '';
  add(`<< /Type /Catalog /Pages 2 0 R ${marks} ${extra} >>`);
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, i) => `${pageId(i)} 0 R`).join(' ')}] >>`);
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  for (const [index, page] of pages.entries()) {
    const escaped = page.lines.map((line) => line.replace(/[\\()]/g, '\\$&'));
    const scan = page.scan ? `612 0 0 ${(612 * page.scan.height) / page.scan.width} 0 300 cm /Scan Do` : '';
    const content = escaped.map((line, i) => `BT /F1 11 Tf 72 ${740 - i * 14} Td (${line}) Tj ET`).join('\n') + scan;
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> ${page.scan ? `/XObject << /Scan ${scanId(index)} 0 R >>` : ''} >> /Contents ${pageId(index) + 1} 0 R >>`,
    );
    add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  }
  if (outline.length > 0) {
    const first = outlineId + 1;
    add(`<< /Type /Outlines /First ${first} 0 R /Last ${outlineId + outline.length} 0 R /Count ${outline.length} >>`);
    for (const [i, [title, page]] of outline.entries()) {
      const next = i + 1 < outline.length ? `/Next ${first + i + 1} 0 R` : '';
      add(`<< /Title (${title}) /Parent ${outlineId} 0 R ${next} /Dest [${pageId(page)} 0 R /Fit] >>`);
    }
  }
  for (const index of scanned) {
    const { jpeg, width, height } = pages[index]!.scan!;
    const dictionary = `/Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8`;
    add(
      `<< /Type /XObject ${dictionary} /Filter /DCTDecode /Length ${jpeg.length} >>\nstream\n${jpeg.toString('latin1')}\nendstream`,
    );
  }
  return assemble(objects);
}

export interface Placed {
  text: string;
  x: number;
  y: number;
  size?: number;
}

/** One page with each text at its place. `turn` turns what is written (degrees, counter-clockwise), `rotate` is the page's own. */
export function placedPdf(texts: Placed[], { rotate = 0, turn = 0 } = {}): Uint8Array {
  const [cos, sin] = [Math.round(Math.cos((turn * Math.PI) / 180)), Math.round(Math.sin((turn * Math.PI) / 180))];
  const content = texts
    .map(({ text, x, y, size = 11 }) => {
      // Turned about the middle of the page.
      const [dx, dy] = [x - 400, y - 400];
      const at = `${cos} ${sin} ${-sin} ${cos} ${400 + dx * cos - dy * sin} ${400 + dx * sin + dy * cos}`;
      return `BT /F1 ${size} Tf ${at} Tm (${text.replace(/[\\()]/g, '\\$&')}) Tj ET`;
    })
    .join('\n');
  return assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Count 1 /Kids [4 0 R] >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 800 800] /Rotate ${rotate} /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ]);
}

/** Objects, numbered from 1, as a file with its cross-reference table. The first is the catalogue. */
export function assemble(objects: string[]): Uint8Array {
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const start = body.length;
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return new Uint8Array(Buffer.from(body, 'latin1'));
}
