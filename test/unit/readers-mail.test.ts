import { describe, expect, it } from 'vitest';
import { messages } from '../../src/readers/mbox.ts';
import { msg } from '../support/legacy.ts';
import { read } from '../support/reading.ts';

describe('Outlook message', () => {
  it('has head, text and attachments, and what is attached as a message', async () => {
    const bytes = msg(
      {
        '0037001F': '会议纪要',
        '0C1A001F': 'Ann',
        '5D01001F': 'ann@example.org',
        '0E04001F': 'Bob; Eve',
        '1000001F': 'Here they are.\r\nAnn',
      },
      { '../minutes.txt': 'the walrus won' },
      { '0037001F': 'Earlier', '1000001F': 'the seal lost' },
    );
    const { type, text, sections, children } = await read(bytes, 'a.bin');
    expect(type).toBe('msg');
    expect(sections[0]!.title).toBe('会议纪要');
    expect(text).toContain('From: Ann <ann@example.org>\nTo: Bob; Eve\n\nHere they are.\nAnn\n');
    expect(text).toContain('[Attachment: .._minutes.txt, 14 bytes]');
    expect(text).toMatch(/\[Attached message: [^\]]*\]\n\nEarlier\n\nthe seal lost/);
    expect(children.map(([name, content]) => [name, Buffer.from(content as Uint8Array).toString()])).toEqual([
      ['.._minutes.txt', 'the walrus won'],
    ]);
  });

  it('reads the page where there is no text, and says that RTF only is not read', async () => {
    expect((await read(msg({ '10130102': '<p>from <b>html</b></p>' }), 'a.msg')).text).toContain('from html');
    const only = await read(msg({ '0037001E': 'Subject', '10090102': 'LZFu' }), 'a.msg');
    expect([only.text.trim(), only.partials[0]?.code]).toEqual(['Subject', 'unsupported']);
  });

  it('is corrupt where it is cut off', async () => {
    const bytes = msg({ '1000001F': 'x'.repeat(9000) });
    expect((await read(bytes.slice(0, 3000), 'a.msg')).problem?.code).toBe('corrupt');
  });
});

describe('a mailbox in pieces', () => {
  it('gives the same messages wherever it is cut', async () => {
    const source = Buffer.from(
      'From a@b Mon Jan  5 10:00:00 2026\nSubject: one\n\nFrom here on\n\nFrom c@d Tue Jan  6 10:00:00 2026\nSubject: two\n\nx\n',
    );
    const whole = [...messages([source])].map(String);
    expect(whole).toEqual(['Subject: one\n\nFrom here on\n', 'Subject: two\n\nx\n']);
    for (let size = 1; size < source.length; size++) {
      const pieces = Array.from({ length: Math.ceil(source.length / size) }, (_, i) =>
        source.subarray(i * size, (i + 1) * size),
      );
      expect(Array.from(messages(pieces), String), `${size}`).toEqual(whole);
    }
  });
});
