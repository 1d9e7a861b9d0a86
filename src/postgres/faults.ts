import { RagError } from '../errors.ts';

/** PostgreSQL's classes of errors that another try may cure: connection, transaction, resources, operator's intervention. */
const PASSING = /^(08|40|53|57|55P03)/;
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

/** PostgreSQL's and Qdrant's errors in our words, by their codes. What is neither stays what it is. */
export function translate(error: unknown, what: string): unknown {
  if (error instanceof RagError) return error;
  const { code, name, status } = error as { code?: unknown; name?: string; status?: number };
  const cause = (error as { cause?: { code?: unknown } }).cause;
  const word = String(code ?? cause?.code ?? '');
  if (word === '28P01' || word === '28000')
    return new RagError('config', `${what} does not accept our user and password`, {
      hint: 'check POSTGRES_USER and POSTGRES_PASSWORD, or DATABASE_URL',
      zhHint: '请检查 POSTGRES_USER 和 POSTGRES_PASSWORD，或 DATABASE_URL',
      ...{ zh: `${what} 不接受我们的用户名和密码`, cause: error },
    });
  if (word === '3D000')
    return new RagError('config', `${what} has no such database`, {
      hint: 'check POSTGRES_DB',
      zhHint: '请检查 POSTGRES_DB',
      zh: `${what} 没有此数据库`,
      cause: error,
    });
  if (word === '42P01')
    return new RagError('config', `the database of ${what} has not been migrated`, {
      hint: 'rag migrate database brings it up',
      zhHint: 'rag migrate database 会完成迁移',
      ...{ zh: `${what} 的数据库尚未迁移`, cause: error },
    });
  const passing = PASSING.test(word) || NETWORK.has(word) || /Timeout|ResourceExhausted/.test(name ?? '');
  if (
    passing ||
    (status !== undefined && status >= 500) ||
    /timeout exceeded when trying to connect/.test(String(error))
  )
    return new RagError('unavailable', `${what} cannot be reached or is busy (${word || name || status})`, {
      hint: 'rag status --deep says what is running',
      zhHint: 'rag status --deep 显示哪些服务在运行',
      ...{ zh: `无法连接 ${what}，或其繁忙`, cause: error },
    });
  return error;
}

/** Nobody answered: no conflict, no limit, no question that took too long. */
export function isDown(error: unknown): boolean {
  const cause = (error as { cause?: { code?: unknown } }).cause;
  const word = String(cause?.code ?? '');
  return NETWORK.has(word) || /^(08|57P)/.test(word) || /timeout exceeded when trying to connect/.test(String(cause));
}
