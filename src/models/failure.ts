import { type Cure, RagError } from '../errors.ts';
import type { Failure } from './retry.ts';

/** What a client's error says, once its own classes are taken apart. */
export interface Facts {
  /** HTTP status; without it no answer came. */
  status?: number | undefined;
  /** The server's own word, e.g. `insufficient_quota`. */
  code?: string | undefined;
  /** The field of the request it complains about. */
  param?: string | undefined;
  /** The server's sentence; shown, never read. */
  text?: string | undefined;
  /** The system's code of a failed connection, e.g. `ECONNREFUSED`; `TIMEOUT` for our own limit. */
  connection?: string | undefined;
  afterMs?: number | undefined;
}

/** How a server is named in messages, and what cures its troubles. */
export interface Server {
  /** e.g. `Ollama at http://localhost:11434` */
  name: string;
  start: Cure;
  login: Cure;
  /** Never shown, even if the server repeats it. */
  secret?: string | undefined;
}

const LONGEST_TEXT = 300;

/** By status and code only: a sentence may change or be translated. */
export function failureOf(facts: Facts, server: Server): Failure {
  const { status, code, param, connection, afterMs } = facts;
  const { name } = server;
  const details = {
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
  };
  if (status === undefined) {
    const reason = connection ?? 'the answer broke off';
    const zh = `无法从 ${name} 得到回答（${reason}）`;
    const error = new RagError('unavailable', `no answer from ${name} (${reason})`, { zh, ...server.start });
    return { error, again: true };
  }
  if (status === 429 && code !== 'insufficient_quota') {
    const wait = afterMs === undefined ? '' : `, free again in ${Math.ceil(afterMs / 1000)} s`;
    const error = new RagError('rate_limited', `${name} takes no more requests for now${wait}`, {
      zh: `${name} 暂时不接受更多请求`,
      hint: 'wait and run the same command again, or set a lower rate of requests',
      zhHint: '请稍候重新运行同一命令，或调低请求频率',
      details,
    });
    return { error, again: true, afterMs };
  }
  if (status === 401 || status === 403) {
    // Without the server's sentence: it may quote part of the key.
    const zh = `${name} 拒绝了访问密钥（HTTP ${status}）`;
    const error = new RagError('config', `${name} refuses the key (HTTP ${status})`, {
      zh,
      ...server.login,
      details,
    });
    return { error, again: false };
  }
  const said = quoted(facts.text, server.secret);
  const error = `${name} answered HTTP ${status}${said}`;
  const zh = `${name} 返回 HTTP ${status}${said}`;
  if (status === 408 || status === 409 || (status >= 500 && status !== 501)) {
    const hint = 'run the same command again: it goes on where it stopped';
    const zhHint = '请重新运行同一命令：会从中断处继续';
    return { error: new RagError('unavailable', error, { zh, hint, zhHint, details }), again: true, afterMs };
  }
  const hint = 'check the address and the name of the model: rag config';
  const zhHint = '请检查地址和模型名：rag config';
  return { error: new RagError('config', error, { zh, hint, zhHint, details }), again: false };
}

function quoted(text: string | undefined, secret: string | undefined): string {
  if (text === undefined || text === '') return '';
  const clean = secret === undefined || secret === '' ? text : text.replaceAll(secret, '[secret]');
  return `: ${clean.slice(0, LONGEST_TEXT)}`;
}

/** The system's code of a failed `fetch`, which sits somewhere down the chain of causes. */
export function connectionCodeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'TimeoutError') return 'TIMEOUT';
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}
