import { expect, it } from 'vitest';
import { clientAddress } from '../../src/api/address.ts';

it('knows whose request it is, through proxies that are trusted and no others', () => {
  const of = clientAddress(['10.0.0.0/8', '127.0.0.1', 'fd00::/8']);
  // Nobody in between: what a client says of itself is nothing.
  expect(of('203.0.113.5', '198.51.100.1')).toBe('203.0.113.5');
  expect(of('203.0.113.5', undefined)).toBe('203.0.113.5');
  expect(of('10.1.2.3', '198.51.100.1')).toBe('198.51.100.1');
  expect(of('::ffff:10.1.2.3', '198.51.100.1')).toBe('198.51.100.1');
  expect(of('fd00::1', '2001:db8::5')).toBe('2001:db8::5');
  // Several proxies, and a lie at the beginning.
  expect(of('127.0.0.1', '1.1.1.1, 198.51.100.1, 10.9.9.9')).toBe('198.51.100.1');
  expect(of('127.0.0.1', '10.9.9.9')).toBe('10.9.9.9');
  for (const nonsense of ['unknown', '', 'a.b.c', '198.51.100.1:80', '<script>'])
    expect(of('10.1.2.3', nonsense)).toBe('10.1.2.3');
  expect(clientAddress([])('127.0.0.1', '198.51.100.1')).toBe('127.0.0.1');
  for (const wrong of ['proxy', '10.0.0', '', '10.0.0.0/33', '10.0.0.0/', 'fd00::/x'])
    expect(() => clientAddress([wrong]), wrong).toThrow(expect.objectContaining({ code: 'config' }));
});
