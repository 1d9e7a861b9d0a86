import type { Route } from './call.ts';
import { asking } from './routes/asking.ts';
import { documents } from './routes/documents.ts';
import { evaluation } from './routes/evaluation.ts';
import { files } from './routes/files.ts';
import { home } from './routes/home.ts';
import { moving } from './routes/moving.ts';
import { openai } from './routes/openai.ts';

export const ROUTES: Route[] = [...asking, ...documents, ...files, ...home, ...moving, ...evaluation, ...openai];
