import { createHmac, randomBytes } from 'node:crypto';

const BYTES = 32;
export const KEY_PREFIX = 'rag_';

/** 256 random bits that nobody but their owner ever sees again. */
export const newSecret = (): string => randomBytes(BYTES).toString('base64url');
export const newApiKey = (): string => KEY_PREFIX + newSecret();

/**
 * What is stored of it. Such secrets cannot be guessed, so nothing slow is needed; with the server's own SECRET_KEY in it, whoever
 * has the database alone cannot put one of theirs in.
 */
export const digester =
  (secretKey: string) =>
  (secret: string): Buffer =>
    createHmac('sha256', secretKey).update(secret).digest();
