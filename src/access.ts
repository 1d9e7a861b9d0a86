import type { Accounts } from './accounts/accounts.ts';
import type { ManagingDeps } from './accounts/managing.ts';
import type { Signing } from './accounts/signing.ts';
import type { Limits } from './limits/limits.ts';
import type { Values } from './settings.ts';

export interface AccessOptions {
  values: Values;
  /** Throws RagError('usage') where the home has no accounts. */
  accounts(): Promise<Accounts>;
  /** The thread that hashes passwords. */
  workerUrl: URL;
  note(message: string): void;
}

/** Who may come in, and how often: accounts, passwords, tokens and limits out of the settings, each opened at first use. */
export interface Access {
  managing(): Promise<ManagingDeps>;
  signing(): Promise<Signing>;
  limits(): Promise<Limits>;
  close(): Promise<void>;
}

export function openAccess({ values, accounts, workerUrl, note }: AccessOptions): Access {
  const opened: (() => Promise<void>)[] = [];
  let managing: Promise<ManagingDeps> | undefined;
  let limits: Promise<Limits> | undefined;

  async function openManaging(): Promise<ManagingDeps> {
    const { openPasswords } = await import('./accounts/passwords.ts');
    const { digester } = await import('./accounts/secrets.ts');
    const passwords = openPasswords(workerUrl);
    opened.push(passwords.close);
    return { accounts: await accounts(), passwords, digest: digester(values.SECRET_KEY?.reveal() ?? '') };
  }

  async function openLimits(): Promise<Limits> {
    if (values.QUEUE === 'memory') return (await import('./limits/memory.ts')).openMemoryLimits();
    const { openRedisLimits } = await import('./limits/redis.ts');
    const { redisUrl } = await import('./settings.ts');
    const made = openRedisLimits(redisUrl(values), ({ message }) =>
      note(`Redis does not count requests (${message}): each process does so for itself`),
    );
    opened.push(made.close);
    return made;
  }

  const access: Access = {
    managing: () => (managing ??= openManaging()),
    limits: () => (limits ??= openLimits()),
    async signing() {
      const { openSigning } = await import('./accounts/signing.ts');
      const { openTokens } = await import('./accounts/tokens.ts');
      const tokens = await openTokens({
        pem: values.JWT_SECRET_KEY?.reveal(),
        algorithm: values.JWT_ALGORITHM,
        minutes: values.JWT_ACCESS_TOKEN_EXPIRE_MINUTES,
      });
      return openSigning({ ...(await access.managing()), tokens, limits: await access.limits() });
    },
    async close() {
      for (const close of opened.splice(0).reverse()) await close();
    },
  };
  return access;
}
