import { scanPart } from './parts.ts';
import { attribute } from './xml.ts';
import type { Zip } from './zip.ts';

/** `heading 2`, and how Word and others name it where they translate style names. */
const HEADING_NAME =
  /^(?:heading|überschrift|titre|título|titulo|titolo|kop|rubrik|otsikko|nagłówek|nadpis|заголовок|επικεφαλίδα|başlık|标题|標題|見出し|제목)\s*([1-9])$/i;
const TITLE_NAME = /^(?:title|titel|标题|標題|表題|제목)$/i;

interface Style {
  name: string;
  basedOn: string;
  level: number | undefined;
}

/** Heading level by style id: 0 for the title, 1–9 for headings. */
export function headingStyles(zip: Zip, part: string): Map<string, number> {
  const styles = new Map<string, Style>();
  let current: Style | undefined;
  scanPart(zip, part, {
    open(name, attributes) {
      if (name === 'style') {
        current = { name: '', basedOn: '', level: undefined };
        styles.set(attribute(attributes, 'styleId') ?? '', current);
      } else if (!current) return;
      else if (name === 'name') current.name = attribute(attributes, 'val') ?? '';
      else if (name === 'basedOn') current.basedOn = attribute(attributes, 'val') ?? '';
      else if (name === 'outlineLvl') current.level = outlineLevel(attributes);
    },
    close(name) {
      if (name === 'style') current = undefined;
    },
  });
  const levels = new Map<string, number>();
  for (const id of styles.keys()) {
    const level = levelOf(styles, id);
    if (level !== undefined) levels.set(id, level);
  }
  return levels;
}

/** `w:outlineLvl` counts from 0; 9 means body text. */
export function outlineLevel(attributes: string): number | undefined {
  const value = Number(attribute(attributes, 'val') ?? 9);
  return value >= 0 && value < 9 ? value + 1 : undefined;
}

function levelOf(styles: Map<string, Style>, id: string): number | undefined {
  for (let depth = 0, at = id; depth < 10; depth++) {
    const style = styles.get(at);
    if (!style) return undefined;
    const named = HEADING_NAME.exec(style.name)?.[1] ?? HEADING_NAME.exec(at)?.[1];
    if (named) return Number(named);
    if (TITLE_NAME.test(style.name)) return 0;
    if (style.level !== undefined) return style.level;
    at = style.basedOn;
  }
  return undefined;
}
