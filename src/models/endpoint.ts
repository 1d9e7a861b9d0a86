import { RagError } from '../errors.ts';

/** Throws RagError('config') for what is no http(s) address. A bare `host:port` is taken as http. */
export function endpointOf(baseUrl: string, variable: string): URL {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(baseUrl) ? baseUrl : `http://${baseUrl}`;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new RagError('config', `${variable} is not an address: ${baseUrl}`, {
      zh: `${variable} 不是有效的地址：${baseUrl}`,
      hint: `set ${variable} to something like http://localhost:11434`,
      zhHint: `请把 ${variable} 设为类似 http://localhost:11434 的地址`,
    });
  }
  return new URL(address);
}

/** True if what is sent there stays on this machine. */
export function isLoopback({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return /^(localhost|.+\.localhost|127(\.\d+){3}|0\.0\.0\.0|::1|::|::ffff:7f[0-9a-f]{2}:[0-9a-f]+)$/.test(host);
}

/** How an address is told: without user, password or query. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
}
