import { format } from 'numfmt';
import { scanPart } from './parts.ts';
import { attribute } from './xml.ts';
import type { Zip } from './zip.ts';

/** Built-in formats by id (ECMA-376 18.8.30); 27–36 and 50–58 are dates in the East Asian editions. */
const BUILTIN: Record<number, string> = {
  0: 'General',
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'm/d/yyyy',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'm/d/yyyy h:mm',
  27: 'yyyy"年"m"月"',
  28: 'm"月"d"日"',
  29: 'm"月"d"日"',
  30: 'm-d-yy',
  31: 'yyyy"年"m"月"d"日"',
  32: 'h"时"mm"分"',
  33: 'h"时"mm"分"ss"秒"',
  36: 'yyyy"年"m"月"',
  37: '#,##0;-#,##0',
  38: '#,##0;-#,##0',
  39: '#,##0.00;-#,##0.00',
  40: '#,##0.00;-#,##0.00',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
  49: '@',
  50: 'yyyy"年"m"月"',
  51: 'm"月"d"日"',
  52: 'yyyy"年"m"月"',
  53: 'm"月"d"日"',
  54: 'm"月"d"日"',
  55: 'yyyy"年"m"月"',
  56: 'm"月"d"日"',
  57: 'yyyy"年"m"月"',
  58: 'm"月"d"日"',
};

/** Days between the epochs of 1900 and 1904. */
const EPOCH_1904 = 1462;
const DATE_PART = /[ymdhse]/i;

/** Number format by style index, in the order of `cellXfs`. */
export function cellFormats(zip: Zip, part: string): string[] {
  const custom = new Map<number, string>();
  const formats: string[] = [];
  let inside = false;
  scanPart(zip, part, {
    open(name, attributes) {
      if (name === 'numFmt')
        custom.set(Number(attribute(attributes, 'numFmtId')), attribute(attributes, 'formatCode') ?? '');
      else if (name === 'cellXfs') inside = true;
      else if (name === 'xf' && inside) {
        const id = Number(attribute(attributes, 'numFmtId') ?? 0);
        formats.push(custom.get(id) ?? BUILTIN[id] ?? 'General');
      }
    },
    close(name) {
      if (name === 'cellXfs') inside = false;
    },
  });
  return formats;
}

/** A stored number as its cell shows it. A format we cannot follow shows the number as stored. */
export function showNumber(stored: string, pattern: string, date1904: boolean): string {
  if (pattern === 'General' && stored.length <= 11 && !/e/i.test(stored)) return stored;
  const value = Number(stored);
  if (Number.isNaN(value)) return stored;
  const shift = date1904 && DATE_PART.test(pattern.replace(/"[^"]*"|\\.|\[[^\]]*\]|General/g, '')) ? EPOCH_1904 : 0;
  try {
    return format(pattern, value + shift).trim();
  } catch {
    return stored;
  }
}
