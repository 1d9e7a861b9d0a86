import * as z from 'zod';
import { changeUser } from '../../accounts/managing.ts';
import { RagError } from '../../errors.ts';
import { accountsOf, recorded } from '../access.ts';
import { type Call, route } from '../call.ts';
import { signed, who } from '../schemas.ts';

const password = z.string().min(1).max(1024);
const refresh = z.string().min(1).max(200);

/** Somebody may type a password where the name belongs: a name that nobody has is not written down. */
async function said({ deps, address }: Call, name: string, action: string, result: string): Promise<void> {
  const known = await accountsOf(deps).managing.accounts.credentials(name);
  const known_name = known === undefined ? '(unknown)' : name;
  await recorded(deps, { who: known_name, action, target: '', address, result });
}

/** Answers with tokens are kept by nobody on the way. */
function unkept({ http }: Call): void {
  http.header('cache-control', 'no-store');
}

export const signing = [
  route({
    ...{
      method: 'get',
      path: '/api/v1/auth',
      needs: 'anyone',
      summary: 'How one comes in: by an account, or by the token',
    },
    result: z.object({ accounts: z.boolean() }),
    handle: async ({ deps }) => ({ accounts: deps.accounts !== undefined }),
  }),
  route({
    ...{ method: 'post', path: '/api/v1/auth/login', needs: 'anyone', summary: 'Sign in with a name and a password' },
    body: z.object({ name: z.string().min(1).max(200), password }),
    result: signed,
    async handle(call) {
      const { name, password } = call.body;
      unkept(call);
      try {
        const done = await accountsOf(call.deps).signing.signIn({ name, password, address: call.address });
        await said(call, name, 'auth.login', 'ok');
        return done;
      } catch (error) {
        // Of an address that tries and tries, the log has heard enough.
        if (error instanceof RagError && error.code === 'unauthenticated')
          await said(call, name, 'auth.login', error.code);
        throw error;
      }
    },
  }),
  route({
    ...{ method: 'post', path: '/api/v1/auth/refresh', needs: 'anyone' },
    summary: 'A new access token for a refresh token, which is good once; one that comes again ends the session',
    body: z.object({ refresh }),
    result: signed,
    async handle(call) {
      unkept(call);
      return accountsOf(call.deps).signing.renew(call.body.refresh, ({ name }) =>
        recorded(call.deps, {
          ...{ who: name, action: 'auth.refresh', target: '', address: call.address },
          result: 'used again: session ended',
        }),
      );
    },
  }),
  route({
    ...{ method: 'post', path: '/api/v1/auth/logout', needs: 'anyone', summary: 'End the session of a refresh token' },
    body: z.object({ refresh }),
    result: z.object({ ended: z.boolean() }),
    async handle(call) {
      const user = await accountsOf(call.deps).signing.signOut(call.body.refresh);
      const { address } = call;
      if (user) await recorded(call.deps, { who: user.name, action: 'auth.logout', target: '', address, result: 'ok' });
      // An unknown one is as good as ended.
      return { ended: true };
    },
  }),
  route({
    ...{ method: 'get', path: '/api/v1/auth/me', needs: 'reader', summary: 'Who asks, and what they may' },
    result: who,
    async handle({ caller: { name, role, collections, key }, deps }) {
      return { name, role, collections, ...(key === undefined ? {} : { key }), accounts: deps.accounts !== undefined };
    },
  }),
  route({
    ...{ method: 'post', path: '/api/v1/auth/password', needs: 'reader', audited: 'auth.password' },
    summary: 'Change the own password; ends all own sessions',
    body: z.object({ current: password, password }),
    result: z.object({ changed: z.boolean() }),
    async handle(call) {
      const { managing, signing } = accountsOf(call.deps);
      const { name, session } = call.caller;
      call.target = name;
      if (session === undefined)
        throw new RagError('forbidden', 'a password is changed by who signed in, not by a key');
      await signing.confirm({ name, password: call.body.current, address: call.address });
      await changeUser(managing, name, { password: call.body.password });
      signing.forget();
      return { changed: true };
    },
  }),
  route({
    ...{ method: 'get', path: '/.well-known/jwks.json', needs: 'anyone' },
    summary: 'Public keys of access tokens (RFC 7517)',
    result: z.object({ keys: z.array(z.object({}).loose()) }),
    async handle({ deps, http }) {
      http.header('cache-control', 'public, max-age=300');
      return accountsOf(deps).signing.jwks();
    },
  }),
];
