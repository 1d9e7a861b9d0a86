import ipaddr from 'ipaddr.js';

/** Addresses of the internet that are given out to somebody: RFC 4291. */
const GLOBAL = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/**
 * Whether an address belongs to the internet, and not to this machine, its network, a cloud's metadata, several at once, or a way of
 * writing one of those in another form.
 */
export function isPublic(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  // What the library does not know of, such as ::7f00:1, lies outside.
  return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(GLOBAL);
}
