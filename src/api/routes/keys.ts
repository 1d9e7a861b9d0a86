import * as z from 'zod';
import { reaches } from '../../accounts/accounts.ts';
import { createKey } from '../../accounts/managing.ts';
import { RagError } from '../../errors.ts';
import { accountsOf } from '../access.ts';
import { type Call, route } from '../call.ts';
import { apiKey, collections, role } from '../schemas.ts';

/** Whose keys the call is about: an admin's call about all, unless they are called their own. */
const ownerOf = ({ caller }: Call) => (reaches(caller.role, 'admin') ? undefined : caller.user);

export const keys = [
  route({
    ...{ method: 'get', path: '/api/v1/keys', needs: 'reader', summary: 'The own API keys; an admin sees all' },
    result: z.object({ keys: z.array(apiKey) }),
    handle: async (call) => ({ keys: await accountsOf(call.deps).managing.accounts.keys(ownerOf(call)) }),
  }),
  route({
    ...{ method: 'post', path: '/api/v1/keys', needs: 'reader', audited: 'key.create' },
    summary: 'A key of the own, for at most what the own role and collections allow; its secret is shown this once',
    body: z.object({
      name: z.string().trim().min(1).max(100),
      role: role.default('reader'),
      collections: collections.default(null),
      days: z.int().min(1).max(3650).nullable().default(90).meta({ description: 'Null: it does not expire' }),
    }),
    result: z.object({ secret: z.string(), key: apiKey }),
    async handle(call) {
      const { managing } = accountsOf(call.deps);
      call.target = call.body.name;
      const { user, session } = call.caller;
      // A key that expires must not be able to make one that does not.
      if (user === undefined || session === undefined)
        throw new RagError('forbidden', 'keys are made by who signed in, not by a key');
      call.http.header('cache-control', 'no-store');
      return createKey(managing, { ...call.caller, user }, call.body);
    },
  }),
  route({
    ...{ method: 'delete', path: '/api/v1/keys', needs: 'reader', audited: 'key.revoke', summary: 'Revoke a key' },
    query: z.object({ id: z.string() }),
    result: z.object({ revoked: apiKey }),
    async handle(call) {
      const { managing, signing } = accountsOf(call.deps);
      call.target = call.query.id;
      const revoked = await managing.accounts.revokeKey(call.query.id, ownerOf(call));
      if (revoked === undefined)
        throw new RagError('not_found', `no key ${call.query.id}`, { hint: 'rag key list', zh: '没有此密钥' });
      call.target = `${revoked.name} of ${revoked.user}`;
      signing.forget();
      return { revoked };
    },
  }),
];
