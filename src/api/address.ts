import { BlockList, isIP } from 'node:net';
import { RagError } from '../errors.ts';

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
/** An IPv4 address that came over an IPv6 socket. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '');

/**
 * Whose address it is that asks: through proxies that are trusted (addresses or networks as 10.0.0.0/8) the last one in
 * X-Forwarded-For that is none of them. What a client writes there itself stands further left and does not count.
 */
export function clientAddress(trusted: string[]): (remote: string, forwarded: string | undefined) => string {
  const proxies = new BlockList();
  for (const one of trusted) {
    const [address = '', bits] = one.split('/');
    const most = isIP(address) === 6 ? 128 : 32;
    if (isIP(address) === 0 || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= most)))
      throw new RagError('config', `TRUSTED_PROXIES: ${one} is no address or network`, {
        hint: 'such as 172.16.0.0/12',
        zh: `TRUSTED_PROXIES：${one} 不是地址或网段`,
        zhHint: '例如 172.16.0.0/12',
      });
    if (bits === undefined) proxies.addAddress(address, familyOf(address));
    else proxies.addSubnet(address, Number(bits), familyOf(address));
  }
  const isProxy = (address: string) => isIP(address) !== 0 && proxies.check(address, familyOf(address));

  return (remote, forwarded) => {
    let at = plain(remote);
    const steps = (forwarded ?? '').split(',').map((step) => plain(step.trim()));
    while (isProxy(at)) {
      const before = steps.pop();
      if (before === undefined || isIP(before) === 0) return at;
      at = before;
    }
    return at;
  };
}
