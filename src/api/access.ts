import type { Entry } from '../accounts/accounts.ts';
import type { ManagingDeps } from '../accounts/managing.ts';
import type { Signing } from '../accounts/signing.ts';
import { RagError } from '../errors.ts';
import type { Call, Deps } from './call.ts';

/** Accounts of a server that has them. */
export interface ApiAccounts {
  managing: ManagingDeps;
  signing: Signing;
}

/** Throws RagError('not_found') on a server with one token for all. */
export function accountsOf({ accounts }: Deps): ApiAccounts {
  if (accounts !== undefined) return accounts;
  throw new RagError('not_found', 'this server has no accounts: one token opens it', {
    hint: 'RAG_STORE=server without RAG_TOKEN has',
    zhHint: '设置 RAG_STORE=server 且不设 RAG_TOKEN 时才有',
    zh: '此服务器没有账户',
  });
}

/** `name`, or `name (key)` */
export const nameOf = ({ caller: { name, key } }: Pick<Call, 'caller'>): string =>
  key === undefined ? name : `${name} (${key})`;

const MOST_CHARS = 500;

/** A line of the audit log; a server without accounts has none. What cannot be written down is not done. */
export async function recorded({ accounts }: Deps, entry: Entry): Promise<void> {
  const cut = (text: string) => (text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text);
  await accounts?.managing.accounts.record({ ...entry, who: cut(entry.who), target: cut(entry.target) });
}
