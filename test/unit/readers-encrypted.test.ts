import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read } from '../support/reading.ts';

/** Encrypted by another program's code; what they say is ours. */
const fixture = (name: string) => new Uint8Array(readFileSync(`test/fixtures/encrypted/${name}`));

describe('encrypted Office documents', () => {
  for (const name of ['agile.docx', 'standard.docx']) {
    it(`opens ${name} with its password`, async () => {
      expect((await read(fixture(name), name, 'pässwort密码')).text).toBe('The walrus password is 海象\n\n');
    });

    it(`says that ${name} is encrypted without it, or with another`, async () => {
      expect((await read(fixture(name), name)).problem).toMatchObject({ code: 'encrypted' });
      expect((await read(fixture(name), name, 'wrong')).problem).toEqual({
        code: 'encrypted',
        reason: 'the password is wrong',
      });
    });
  }

  it('calls a damaged one damaged', async () => {
    const bytes = fixture('agile.docx');
    expect((await read(bytes.slice(0, bytes.length >> 1), 'a.docx', 'pässwort密码')).problem?.code).toBe('corrupt');
  });
});
