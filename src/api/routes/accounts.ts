import * as z from 'zod';
import { addUser, changeUser } from '../../accounts/managing.ts';
import { accountsOf } from '../access.ts';
import { route } from '../call.ts';
import { auditEntry, collections, role, user } from '../schemas.ts';

const password = z.string().min(1).max(1024);
const name = z.string().min(1).max(200);

export const accounts = [
  route({
    ...{ method: 'get', path: '/api/v1/users', needs: 'admin', summary: 'Users, by name' },
    result: z.object({ users: z.array(user) }),
    handle: async ({ deps }) => ({ users: await accountsOf(deps).managing.accounts.users() }),
  }),
  route({
    ...{ method: 'post', path: '/api/v1/users', needs: 'admin', audited: 'user.add', summary: 'Add a user' },
    body: z.object({ name, password, role: role.default('reader'), collections: collections.default(null) }),
    result: user,
    handle(call) {
      call.target = call.body.name;
      return addUser(accountsOf(call.deps).managing, call.body);
    },
  }),
  route({
    ...{ method: 'patch', path: '/api/v1/users', needs: 'admin', audited: 'user.change' },
    summary: 'Change what a user may, or the password; what is not given stays. A new password ends the sessions',
    body: z.object({
      name,
      role: role.optional(),
      collections: collections.optional(),
      disabled: z.boolean().optional(),
      password: password.optional(),
    }),
    result: user,
    async handle(call) {
      const { name, ...change } = call.body;
      const { managing, signing } = accountsOf(call.deps);
      call.target = `${name}: ${Object.keys(change).join(', ')}`;
      const changed = await changeUser(managing, name, change);
      signing.forget();
      return changed;
    },
  }),
  route({
    ...{ method: 'get', path: '/api/v1/audit', needs: 'admin', summary: 'Who did what, newest first' },
    query: z.object({
      before: z.coerce.number().int().min(1).optional().meta({ description: 'The last id of the page before' }),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    result: z.object({ entries: z.array(auditEntry) }),
    handle: async ({ deps, query }) => ({ entries: await accountsOf(deps).managing.accounts.audit(query) }),
  }),
];
