// Makes PDFs of many pages.
import { sentence } from './office-files.mjs';

/** Pages of 50 lines in Helvetica, as one string of Latin-1 bytes. */
export function makePdf(pages) {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>'];
  objects.push(
    `<< /Type /Pages /Count ${pages} /Kids [${Array.from({ length: pages }, (_, i) => `${4 + i * 2} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  );
  for (let page = 0; page < pages; page++) {
    const lines = Array.from({ length: 50 }, (_, i) => sentence(page * 50 + i, 14).replace(/[^ -~]/g, ''));
    const content = `BT /F1 10 Tf 14 TL 60 760 Td ${lines.map((line) => `(${line}) Tj T*`).join(' ')} ET`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + page * 2} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    );
  }
  let body = '%PDF-1.4\n';
  const table = objects.map((object, i) => {
    const at = String(body.length).padStart(10, '0');
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${at} 00000 n \n`;
  });
  const size = objects.length + 1;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
  return `${body}xref\n0 ${size}\n0000000000 65535 f \n${table.join('')}${trailer}`;
}
