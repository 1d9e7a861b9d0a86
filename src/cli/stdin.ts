import type { App } from './app.ts';

/** Standard input to its end. */
export async function standardInput({ stdin }: App): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stdin) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
