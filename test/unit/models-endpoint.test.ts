import { describe, expect, it } from 'vitest';
import { endpointOf, isLoopback, shown } from '../../src/models/endpoint.ts';
import { prefixesOf } from '../../src/models/prefixes.ts';
import { batchesOf, boundText, unitVectors } from '../../src/models/vectors.ts';

describe('endpoints', () => {
  it.each([
    'localhost:11434',
    'http://127.0.0.1',
    'http://127.8.9.1/v1',
    'http://[::1]:80',
    'http://a.localhost',
    '0.0.0.0:1',
  ])('%s stays on this machine', (address) => expect(isLoopback(endpointOf(address, 'X'))).toBe(true));

  it.each([
    'http://10.0.0.1',
    'https://api.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
  ])('%s is elsewhere', (address) => expect(isLoopback(endpointOf(address, 'X'))).toBe(false));

  it.each(['', 'file:///etc/passwd', 'http://', 'not an address'])('%j is refused, naming the variable', (address) => {
    expect(() => endpointOf(address, 'OPENAI_BASE_URL')).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringContaining('OPENAI_BASE_URL') }),
    );
  });

  it('are shown without user, password and query', () => {
    expect(shown(endpointOf('https://me:secret@host.example/v1/?key=secret', 'X'))).toBe('https://host.example/v1');
  });
});

describe('texts and vectors of servers', () => {
  it('are batched without loss, each batch within both limits', () => {
    const texts = Array.from({ length: 50 }, (_, i) => 'x'.repeat((i * 13) % 40));
    const batches = [...batchesOf(texts, { items: 7, characters: 60 })];
    expect(batches.flat()).toEqual(texts);
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(7);
      expect(batch.join('').length).toBeLessThanOrEqual(60);
    }
    expect([...batchesOf(['y'.repeat(100)], { items: 7, characters: 60 })]).toEqual([['y'.repeat(100)]]);
    expect([...batchesOf([], { items: 7, characters: 60 })]).toEqual([]);
  });

  it('are cut between characters, never empty', () => {
    expect(boundText('short')).toBe('short');
    expect(boundText(' \n')).not.toBe('');
    const cut = boundText(`${'a'.repeat(3999)}😀😀`);
    expect(cut).toBe('a'.repeat(3999));
  });

  it('come out with length one', () => {
    expect(unitVectors([[3, 4]], 1, 'x')).toEqual([Float32Array.of(0.6, 0.8)]);
    for (const numbers of [[0, 0], [Number.NaN, 1], []]) expect(() => unitVectors([numbers], 1, 'x')).toThrow();
  });

  it('take the prefixes of the model’s family', () => {
    expect(prefixesOf('intfloat/multilingual-e5-large').scheme).toBe('e5');
    expect(prefixesOf('multilingual-e5-large-instruct').scheme).toBe('plain');
    expect(prefixesOf('snowflake-arctic-embed2:568m').scheme).toBe('arctic2');
    expect(prefixesOf('text-embedding-3-small').scheme).toBe('plain');
    expect(prefixesOf('bge-m3').scheme).toBe('plain');
  });
});
