import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, errors, exportJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { RagError } from '../errors.ts';

export type Algorithm = 'EdDSA' | 'ES256' | 'RS256' | 'PS256';

export interface TokenOptions {
  /** One or more private keys: the first signs, all are good for checking. Undefined: one for as long as the process lives. */
  pem: string | undefined;
  /** Of the key that signs. */
  algorithm: Algorithm;
  minutes: number;
}

export interface Claims {
  user: string;
  session: string;
}

/** Signs and checks access tokens. */
export interface Tokens {
  sign(claims: Claims): Promise<{ token: string; expires: string }>;
  /** Undefined for whatever is not good: forged, expired, meant for another, or no token at all. */
  verify(token: string): Promise<Claims | undefined>;
  /** The public keys, for whoever wants to check our tokens (RFC 7517). */
  jwks(): { keys: JWK[] };
}

interface RingKey {
  kid: string;
  algorithm: Algorithm;
  secret: KeyObject;
  open: KeyObject;
  jwk: JWK;
}

const ISSUER = 'rag';
const AUDIENCE = 'rag-api';
/** Of RFC 9068: such a token is taken for nothing else. */
const TYPE = 'at+jwt';
const BLOCK = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/g;
/** Clocks of machines differ. */
const TOLERANCE_SECONDS = 5;
const MIN_RSA_BITS = 2048;

/** Throws RagError('config') for keys that cannot be used. */
export async function openTokens({ pem, algorithm, minutes }: TokenOptions): Promise<Tokens> {
  const secrets = pem === undefined ? [generated(algorithm)] : privateKeys(pem);
  const ring = await Promise.all(secrets.map((secret) => ringKey(secret, algorithm)));
  const [signing] = ring as [RingKey];
  if (signing.algorithm !== algorithm)
    throw unusable(`its first key signs with ${signing.algorithm}, and JWT_ALGORITHM is ${algorithm}`);
  const byId = new Map(ring.map((key) => [key.kid, key]));

  return {
    async sign({ user, session }) {
      const expires = Math.floor(Date.now() / 1000) + minutes * 60;
      const token = await new SignJWT({ sid: session })
        .setProtectedHeader({ alg: algorithm, kid: signing.kid, typ: TYPE })
        .setSubject(user)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(signing.secret);
      return { token, expires: new Date(expires * 1000).toISOString() };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(
          token,
          ({ kid, alg }) => {
            const key = byId.get(kid ?? '');
            // Each key is good for one algorithm; what the token says of itself decides nothing.
            if (key === undefined || key.algorithm !== alg) throw new errors.JWKSNoMatchingKey();
            return key.open;
          },
          {
            ...{ issuer: ISSUER, audience: AUDIENCE, typ: TYPE, clockTolerance: TOLERANCE_SECONDS },
            ...{ algorithms: [...new Set(ring.map((key) => key.algorithm))], requiredClaims: ['exp', 'iat', 'sub'] },
          },
        );
        const { sub, sid } = payload;
        return isId(sub) && isId(sid) ? { user: sub, session: sid } : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
    jwks: () => ({ keys: ring.map(({ jwk }) => jwk) }),
  };
}

const isId = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f-]{36}$/.test(value);

function privateKeys(pem: string): KeyObject[] {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) throw unusable('it holds no private key in PEM');
  return blocks.map((block) => {
    try {
      return createPrivateKey(block);
    } catch (cause) {
      throw unusable('a key in it cannot be read', cause);
    }
  });
}

async function ringKey(secret: KeyObject, wanted: Algorithm): Promise<RingKey> {
  const open = createPublicKey(secret);
  const algorithm = algorithmOf(secret, wanted);
  const own = await exportJWK(open);
  const kid = await calculateJwkThumbprint(own);
  return { kid, algorithm, secret, open, jwk: { ...own, kid, alg: algorithm, use: 'sig' } };
}

function algorithmOf(key: KeyObject, wanted: Algorithm): Algorithm {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ES256';
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS) return wanted === 'PS256' ? 'PS256' : 'RS256';
  throw unusable(`a key in it is of a kind that is not used (${key.asymmetricKeyType} ${namedCurve ?? modulusLength})`);
}

function generated(algorithm: Algorithm): KeyObject {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519').privateKey;
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return generateKeyPairSync('rsa', { modulusLength: MIN_RSA_BITS }).privateKey;
}

function unusable(why: string, cause?: unknown): RagError {
  return new RagError('config', `JWT_SECRET_KEY cannot be used: ${why}`, {
    hint: 'openssl genpkey -algorithm ed25519 -out jwt.pem; then JWT_SECRET_KEY_FILE=jwt.pem',
    zhHint: 'openssl genpkey -algorithm ed25519 -out jwt.pem；然后 JWT_SECRET_KEY_FILE=jwt.pem',
    ...{ zh: 'JWT_SECRET_KEY 无法使用', cause },
  });
}
