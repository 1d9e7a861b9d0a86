import type { Route } from './call.ts';
import { accounts } from './routes/accounts.ts';
import { asking } from './routes/asking.ts';
import { documents } from './routes/documents.ts';
import { evaluation } from './routes/evaluation.ts';
import { files } from './routes/files.ts';
import { home } from './routes/home.ts';
import { keys } from './routes/keys.ts';
import { moving } from './routes/moving.ts';
import { openai } from './routes/openai.ts';
import { signing } from './routes/signing.ts';

export const ROUTES: Route[] = [
  ...asking,
  ...documents,
  ...files,
  ...home,
  ...moving,
  ...evaluation,
  ...openai,
  ...signing,
  ...accounts,
  ...keys,
];
