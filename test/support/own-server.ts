import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A server of the test's own, which it may kill. */
export interface OwnServer {
  url: string;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** For good: its folder goes, too. */
  stop(): Promise<void>;
}

interface About {
  url: string;
  dir: string;
  begin(): ChildProcess;
  /** Rejects as long as it does not answer. */
  answers(): Promise<unknown>;
  /** What ends it for good. */
  last?: NodeJS.Signals;
}

const PATIENCE_SECONDS = 30;

/** Resolves when it answers. */
export async function ownServer({ url, dir, begin, answers, last = 'SIGKILL' }: About): Promise<OwnServer> {
  let child: ChildProcess;
  let closed: Promise<unknown>;
  const spawned = () => {
    child = begin();
    closed = new Promise((done) => child.on('close', done).on('error', done));
  };
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await closed;
  };
  async function start(): Promise<void> {
    spawned();
    const there = async () => {
      // What is left of the one before may hold its port or its memory for a moment.
      if (child.exitCode !== null) spawned();
      await answers();
    };
    await eventually(PATIENCE_SECONDS, there, 100);
  }
  await start();
  return {
    ...{ url, start, kill: () => end('SIGKILL') },
    async stop() {
      await end(last);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export const ownFolder = (name: string): string => mkdtempSync(join(tmpdir(), `rag-${name}-`));

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Rejects unless this address is answered with success. */
export async function fetched(url: string): Promise<void> {
  const { ok, status } = await fetch(url);
  if (!ok) throw new Error(`${url}: ${status}`);
}
