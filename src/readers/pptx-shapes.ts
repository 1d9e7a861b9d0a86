import { oneLine, rowLine } from './office.ts';
import { scanPart } from './parts.ts';
import { attribute } from './xml.ts';
import type { Zip } from './zip.ts';

export interface ShapeBlock {
  text: string;
  /** Set for tables; `text` is empty then. */
  rows?: string[];
}

export interface SlideShapes {
  title: string;
  hidden: boolean;
  blocks: ShapeBlock[];
}

/** Placeholders that repeat on each slide or hold what is not text of the slide. */
const DECORATION = new Set(['sldNum', 'dt', 'hdr', 'sldImg']);

/** Text of a slide or notes page, shape by shape in the order of the file, which is the order of a screen reader. */
export function slideShapes(zip: Zip, part: string): SlideShapes {
  const slide: SlideShapes = { title: '', hidden: false, blocks: [] };
  let placeholder = '';
  let lines: string[] = [];
  let line = '';
  let rows: string[] | undefined;
  let cells: string[] = [];
  let keep = false;
  let fallback = 0;
  const finishShape = () => {
    const text = lines.join('\n').trim();
    if (text !== '' && /^(title|ctrTitle)$/.test(placeholder) && slide.title === '') slide.title = oneLine(text);
    else if (text !== '' && !DECORATION.has(placeholder)) slide.blocks.push({ text });
    lines = [];
    placeholder = '';
  };
  scanPart(zip, part, {
    open(name, attributes) {
      if (name === 'Fallback') fallback++;
      else if (name === 'sld') slide.hidden = /^(0|false)$/.test(attribute(attributes, 'show') ?? '');
      else if (name === 'ph') placeholder = attribute(attributes, 'type') ?? 'body';
      else if (name === 't') keep = fallback === 0;
      else if (name === 'br') line += '\n';
      else if (name === 'tab') line += '\t';
      else if (name === 'tbl') rows = [];
      else if (name === 'tr') cells = [];
    },
    close(name) {
      if (name === 't') keep = false;
      else if (name === 'Fallback') fallback--;
      else if (name === 'p') {
        if (line.trim() !== '') lines.push(line.trim());
        line = '';
      } else if (name === 'tc') {
        cells.push(oneLine(lines.join(' ')));
        lines = [];
      } else if (name === 'tr') {
        if (cells.some((cell) => cell !== '')) rows?.push(rowLine(cells));
      } else if (name === 'tbl') {
        if (rows && rows.length > 0) slide.blocks.push({ text: '', rows });
        rows = undefined;
      } else if (name === 'sp' || name === 'graphicFrame' || name === 'cxnSp') finishShape();
    },
    text(text) {
      if (keep) line += text;
    },
  });
  finishShape();
  return slide;
}
