import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';

/** What is needed of the network. Tests hand in their own. */
export interface Outside {
  /** All addresses of a name; rejects if there are none. */
  resolve(name: string): Promise<string[]>;
  /** To an address, never a name. */
  connect(address: string, port: number): Socket;
}

export const outside: Outside = {
  // The old kind first: many machines have no way to the new one.
  resolve: async (name) => (await lookup(name, { all: true, order: 'ipv4first' })).map(({ address }) => address),
  connect: (address, port) => connect({ host: address, port }),
};
