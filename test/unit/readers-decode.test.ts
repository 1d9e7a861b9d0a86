import { describe, expect, it } from 'vitest';
import { decode, decodePieces, detectEncoding } from '../../src/readers/decode.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

describe('decode', () => {
  it.each([
    ['gb18030', 'c4e3bac3a3accac0bde7a1a3cae2bfe2c5e4d6c3', '你好，世界。殊库配置'],
    ['big5', 'a741a66ea141a5abb3f5aabaa8aeaaf8a143', '你好，市場的車長。'],
    ['shift_jis', '82b182f182c982bf82cd90a28a458142', 'こんにちは世界。'],
    ['euc-kr', 'bec8b3e7c7cfbcbcbfe420bcbcb0e8', '안녕하세요 세계'],
    ['windows-1252', '436166e92080937465787494', 'Café €“text”'],
  ])('detects short %s', (label, source, text) => {
    expect(detectEncoding(hex(source)).label).toBe(label);
    expect(decode(hex(source))).toBe(text);
  });

  it('reads UTF-16 with and without a mark, and removes the mark', () => {
    const text = 'Hello, 世界!\nsecond line';
    const little = Buffer.from(text, 'utf16le');
    expect(decode(new Uint8Array(little))).toBe(text);
    expect(decode(new Uint8Array(Buffer.from(little).swap16()))).toBe(text);
    expect(decode(new Uint8Array(Buffer.concat([Buffer.from([0xff, 0xfe]), little])))).toBe(text);
    expect(decode(new TextEncoder().encode(`\ufeff${text}`))).toBe(text);
  });

  it('honours what a page declares', () => {
    const page = Buffer.concat([Buffer.from('<meta charset="windows-1251"><p>'), Buffer.from('cff0e8e2e5f2', 'hex')]);
    expect(decode(new Uint8Array(page))).toContain('Привет');
  });

  it('decodes piece by piece to the same text', () => {
    const bytes = new TextEncoder().encode('汉字和 emoji 🙂 mixed\n'.repeat(40_000));
    const pieces = [...decodePieces(bytes)];
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(decode(bytes));
  });
});
