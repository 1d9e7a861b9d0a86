export interface PdfPage {
  /** Lines from the top; none makes a page without text. */
  lines: string[];
}

/** A small PDF in Helvetica: one text object a line, and an outline of `title → page index`. */
export function pdf(pages: PdfPage[], outline: [string, number][] = [], extra = ''): Uint8Array {
  const objects: string[] = [];
  const add = (body: string) => objects.push(body);
  const pageId = (index: number) => 4 + index * 2;
  const outlineId = 4 + pages.length * 2;
  const marks = outline.length > 0 ? `/Outlines ${outlineId} 0 R` : '';
  add(`<< /Type /Catalog /Pages 2 0 R ${marks} ${extra} >>`);
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, i) => `${pageId(i)} 0 R`).join(' ')}] >>`);
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  for (const [index, page] of pages.entries()) {
    const escaped = page.lines.map((line) => line.replace(/[\\()]/g, '\\$&'));
    const content = escaped.map((line, i) => `BT /F1 11 Tf 72 ${740 - i * 14} Td (${line}) Tj ET`).join('\n');
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${pageId(index) + 1} 0 R >>`,
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
